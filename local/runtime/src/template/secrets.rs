//! `Secrets` of the parameters file: what Secrets Manager would hold.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::esm::config::{Certificate, Password, Secret};

/// Secrets by ARN, or by the logical id of the resource.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Secrets(BTreeMap<String, SecretFields>);

/// One secret: its members by name. A value `file:PATH` stands for what is in the file.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct SecretFields(BTreeMap<String, String>);

/// What is wrong with a secret.
#[derive(Debug)]
pub(super) struct SecretFault(pub(super) String);

impl std::fmt::Debug for SecretFields {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

impl Secrets {
    /// The secret that has one of these names.
    pub(super) fn find(&self, names: &[String]) -> Option<&SecretFields> {
        names.iter().find_map(|name| self.0.get(name))
    }
}

impl SecretFields {
    /// `{"username": …, "password": …}`.
    pub(super) fn password(&self) -> Result<Password, SecretFault> {
        Ok(Password { username: self.text("username")?, password: Secret::new(self.text("password")?) })
    }

    /// `{"certificate": …, "privateKey": …, "privateKeyPassword": …}`.
    pub(super) fn certificate(&self) -> Result<Certificate, SecretFault> {
        let password = self.0.contains_key("privateKeyPassword").then(|| self.text("privateKeyPassword"));
        Ok(Certificate {
            certificate: self.text("certificate")?,
            private_key: Secret::new(self.text("privateKey")?),
            private_key_password: password.transpose()?.map(Secret::new),
        })
    }

    /// A member that there has to be.
    pub(super) fn text(&self, name: &str) -> Result<String, SecretFault> {
        let text = self.0.get(name).ok_or_else(|| SecretFault(format!("the secret has no {name}")))?;
        match text.strip_prefix("file:") {
            None => Ok(text.clone()),
            Some(path) => std::fs::read_to_string(path)
                .map_err(|error| SecretFault(format!("{name}: {path} cannot be read: {error}"))),
        }
    }
}
