//! `SourceAccessConfigurations`.
//!
//! The template says how brokers are got at on AWS; whether those of this machine want the same is
//! said by the secret: a configuration counts where the parameters file gives its secret under
//! `Secrets`, by its URI or by the logical id in it. Without a secret the connection is plain.
//!
//! IAM, which MSK takes where the template says nothing, and OAuth have no secret that would stand for them, and
//! no server here that would give tokens: brokers of this machine are got at without them, and `check` says so.

use super::super::EventSource;
use super::super::error::Fault;
use super::super::properties::Properties;
use super::super::secrets::{SecretFault, SecretFields};
use super::super::settings::Settings;
use super::first_text;
use crate::esm::config::{Authentication, SourceAccess};

/// Types whose secret makes them count here.
const BY_SECRET: [&str; 5] = [
    "BASIC_AUTH",
    "CLIENT_CERTIFICATE_TLS_AUTH",
    "SASL_SCRAM_256_AUTH",
    "SASL_SCRAM_512_AUTH",
    "SERVER_ROOT_CA_CERTIFICATE",
];

/// Types that nothing on this machine stands for.
const BY_TOKEN: [&str; 7] = [
    "IAM_AUTH",
    "IAM_OAUTHBEARER_AUTH",
    "OAUTHBEARER_AUDIENCE",
    "OAUTHBEARER_AUTH",
    "OAUTHBEARER_IDENTITY_POOL",
    "OAUTHBEARER_LOGICAL_CLUSTER",
    "OAUTHBEARER_SCOPE",
];

/// Types that say where on AWS the brokers are.
const NETWORK: [&str; 2] = ["VPC_SECURITY_GROUP", "VPC_SUBNET"];

impl EventSource<'_> {
    pub(super) fn source_access(&self, settings: &Settings) -> SourceAccess {
        let mut access = SourceAccess::default();
        for entry in self.properties.items("SourceAccessConfigurations") {
            if let Err(SecretFault(message)) = self.add_access(&mut access, &entry, settings) {
                entry.fault("", Fault::at(entry.node.line, message));
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
        if NETWORK.contains(&kind.as_str()) || kind.is_empty() {
            return Ok(());
        }
        let secret = settings.secrets.find(&self.uri_names(entry));
        match (BY_SECRET.contains(&kind.as_str()), BY_TOKEN.contains(&kind.as_str()), secret) {
            (true, _, Some(secret)) => add(access, &kind, secret),
            (true, _, None) | (_, true, None) => {
                access.without_secret.push(kind);
                Ok(())
            }
            (_, true, Some(_)) => Err(SecretFault(format!(
                "{kind} is not supported here: without its secret under `Secrets` the brokers are got at without it"
            ))),
            (false, false, _) => {
                let known = [&BY_SECRET[..], &BY_TOKEN[..], &NETWORK[..]].concat().join(", ");
                Err(SecretFault(format!("{kind} is no Type for Kafka: it is one of {known}")))
            }
        }
    }

    /// What the secret of an access configuration may be called in the parameters file.
    pub(super) fn uri_names(&self, entry: &Properties<'_>) -> Vec<String> {
        let Some(node) = entry.node.get("URI") else { return Vec::new() };
        let resolved = self.properties.resolver.text(node).ok();
        let logical_id = first_text(node).and_then(|text| text.split('.').next()).map(str::to_owned);
        resolved.into_iter().chain(logical_id).collect()
    }
}

fn add(access: &mut SourceAccess, kind: &str, secret: &SecretFields) -> Result<(), SecretFault> {
    let authentication = match kind {
        "BASIC_AUTH" => Authentication::Basic(secret.password()?),
        "SASL_SCRAM_256_AUTH" => Authentication::Scram256(secret.password()?),
        "SASL_SCRAM_512_AUTH" => Authentication::Scram512(secret.password()?),
        "CLIENT_CERTIFICATE_TLS_AUTH" => Authentication::ClientCertificate(secret.certificate()?),
        _ => {
            access.root_certificate = Some(secret.text("certificate")?);
            return Ok(());
        }
    };
    match access.authentication.replace(authentication) {
        None => Ok(()),
        Some(_) => Err(SecretFault("a mapping has one way of authentication, not two".to_owned())),
    }
}
