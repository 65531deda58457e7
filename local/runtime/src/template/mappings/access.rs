//! `SourceAccessConfigurations`.
//!
//! The template says how brokers are got at on AWS; whether those of this machine want the same is
//! said by the secret: a configuration counts where the parameters file gives its secret under
//! `Secrets`, by its URI or by the logical id in it. Without a secret the connection is plain.

use super::super::EventSource;
use super::super::properties::Properties;
use super::super::secrets::SecretFault;
use super::super::settings::Settings;
use super::first_text;
use crate::esm::config::{Authentication, SourceAccess};

impl EventSource<'_> {
    pub(super) fn source_access(&self, settings: &Settings) -> SourceAccess {
        let mut access = SourceAccess::default();
        for entry in self.properties.items("SourceAccessConfigurations") {
            let result = self.add_access(&mut access, &entry, settings);
            if let Err(SecretFault(message)) = result {
                self.fault("SourceAccessConfigurations", message);
            }
        }
        access
    }

    fn add_access(
        &self,
        access: &mut SourceAccess,
        entry: &Properties<'_>,
        settings: &Settings,
    ) -> Result<(), SecretFault> {
        let kind = entry.required_text("Type");
        if kind.starts_with("VPC_") {
            return Ok(());
        }
        let Some(secret) = settings.secrets.find(&self.uri_names(entry)) else { return Ok(()) };
        let authentication = match kind.as_str() {
            "SERVER_ROOT_CA_CERTIFICATE" => {
                access.root_certificate = Some(secret.text("certificate")?);
                return Ok(());
            }
            "BASIC_AUTH" => Authentication::Basic(secret.password()?),
            "SASL_SCRAM_256_AUTH" => Authentication::Scram256(secret.password()?),
            "SASL_SCRAM_512_AUTH" => Authentication::Scram512(secret.password()?),
            "CLIENT_CERTIFICATE_TLS_AUTH" => Authentication::ClientCertificate(secret.certificate()?),
            other => return Err(SecretFault(format!("{other} is not supported here"))),
        };
        if access.authentication.replace(authentication).is_some() {
            return Err(SecretFault("a mapping has one way of authentication, not two".to_owned()));
        }
        Ok(())
    }

    /// What the secret of an access configuration may be called in the parameters file.
    pub(super) fn uri_names(&self, entry: &Properties<'_>) -> Vec<String> {
        let Some(node) = entry.node.get("URI") else { return Vec::new() };
        let resolved = self.properties.resolver.text(node).ok();
        let logical_id = first_text(node).and_then(|text| text.split('.').next()).map(str::to_owned);
        resolved.into_iter().chain(logical_id).collect()
    }
}
