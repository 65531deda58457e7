//! What the store reads from the environment, once at start.
//!
//! | variable | meaning |
//! |---|---|
//! | `AWS_REGION`, `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_SESSION_TOKEN` | given by Lambda; any value locally |
//! | `AWS_ENDPOINT_URL_DYNAMODB`, `AWS_ENDPOINT_URL_KMS` | another endpoint than AWS's: DynamoDB Local |
//! | `GATEWAY_PAYMENTS_TABLE` | name of the table |
//! | `GATEWAY_VAULT_KMS_KEY_ID` | KMS key of the card vault: id, ARN or alias |
//! | `GATEWAY_VAULT_KEY` | keys of the card vault where there is no KMS: `id:base64,…`, the first seals |

use aws_credential_types::Credentials;
use zeroize::Zeroizing;

use crate::vault::{InvalidKeys, LocalKeys};

/// Where AWS is and who asks it.
#[derive(Debug, Clone)]
pub struct AwsEnvironment {
    /// Such as `sa-east-1`.
    pub region: String,
    /// Lambda's for this environment, which they outlive; printed without the secret.
    pub credentials: Credentials,
    /// Another endpoint for DynamoDB.
    pub dynamodb_endpoint: Option<String>,
    /// Another endpoint for KMS.
    pub kms_endpoint: Option<String>,
}

/// Where the card vault's keys come from.
pub enum VaultKeyConfig {
    /// A KMS key, by id, ARN or alias.
    Kms(String),
    /// Keys given right here.
    Local(LocalKeys),
    /// Nowhere: this function neither seals nor opens cards.
    Absent,
}

/// All that the store needs to know.
pub struct StoreConfig {
    /// Where AWS is.
    pub aws: AwsEnvironment,
    /// Name of the payments table.
    pub payments_table: String,
    /// The card vault's keys.
    pub vault_keys: VaultKeyConfig,
}

/// What is wrong with the environment, and the remedy.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// A variable is not set.
    #[error("{name} is not set: {remedy}")]
    Missing {
        /// The variable.
        name: &'static str,
        /// What to do.
        remedy: &'static str,
    },
    /// The vault's keys cannot be read.
    #[error("GATEWAY_VAULT_KEY: {0}")]
    VaultKey(#[from] InvalidKeys),
}

const GIVEN_BY_LAMBDA: &str = "Lambda sets it; elsewhere set it beside AWS_ENDPOINT_URL_DYNAMODB";
const TABLE: &str = "set it to the table's name, as infra/template.yaml does";

impl StoreConfig {
    /// From the process's environment.
    ///
    /// # Errors
    /// [`ConfigError`] with the variable's name and a remedy.
    pub fn from_env() -> Result<Self, ConfigError> {
        Self::from_lookup(|name| std::env::var(name).ok())
    }

    /// From anything that maps a variable's name to its value; an empty value counts as none.
    ///
    /// # Errors
    /// [`ConfigError`] with the variable's name and a remedy.
    pub fn from_lookup(lookup: impl Fn(&str) -> Option<String>) -> Result<Self, ConfigError> {
        Ok(Self {
            aws: AwsEnvironment::from_lookup(&lookup)?,
            payments_table: required(&lookup, "GATEWAY_PAYMENTS_TABLE", TABLE)?,
            vault_keys: VaultKeyConfig::from_lookup(&lookup)?,
        })
    }
}

impl AwsEnvironment {
    /// From anything that maps a variable's name to its value.
    ///
    /// # Errors
    /// [`ConfigError::Missing`].
    pub fn from_lookup(lookup: impl Fn(&str) -> Option<String>) -> Result<Self, ConfigError> {
        let key_id = required(&lookup, "AWS_ACCESS_KEY_ID", GIVEN_BY_LAMBDA)?;
        let secret = required(&lookup, "AWS_SECRET_ACCESS_KEY", GIVEN_BY_LAMBDA)?;
        let token = optional(&lookup, "AWS_SESSION_TOKEN");
        Ok(Self {
            region: required(&lookup, "AWS_REGION", GIVEN_BY_LAMBDA)?,
            credentials: Credentials::new(key_id, secret, token, None, "environment"),
            dynamodb_endpoint: optional(&lookup, "AWS_ENDPOINT_URL_DYNAMODB"),
            kms_endpoint: optional(&lookup, "AWS_ENDPOINT_URL_KMS"),
        })
    }
}

impl VaultKeyConfig {
    fn from_lookup(lookup: impl Fn(&str) -> Option<String>) -> Result<Self, ConfigError> {
        if let Some(key_id) = optional(&lookup, "GATEWAY_VAULT_KMS_KEY_ID") {
            return Ok(Self::Kms(key_id));
        }
        match optional(&lookup, "GATEWAY_VAULT_KEY").map(Zeroizing::new) {
            Some(text) => Ok(Self::Local(LocalKeys::from_text(&text)?)),
            None => Ok(Self::Absent),
        }
    }
}

fn required(
    lookup: impl Fn(&str) -> Option<String>,
    name: &'static str,
    remedy: &'static str,
) -> Result<String, ConfigError> {
    optional(lookup, name).ok_or(ConfigError::Missing { name, remedy })
}

fn optional(lookup: impl Fn(&str) -> Option<String>, name: &str) -> Option<String> {
    lookup(name).filter(|value| !value.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    const ENVIRONMENT: [(&str, &str); 4] = [
        ("AWS_REGION", "sa-east-1"),
        ("AWS_ACCESS_KEY_ID", "id"),
        ("AWS_SECRET_ACCESS_KEY", "secret"),
        ("GATEWAY_PAYMENTS_TABLE", "payments"),
    ];
    const KEY: &str = "k1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";

    fn read(except: &str, extra: &[(&str, &str)]) -> Result<StoreConfig, ConfigError> {
        StoreConfig::from_lookup(|name| {
            let all = || ENVIRONMENT.iter().chain(extra);
            let found = all().find(|(key, _)| *key == name && *key != except);
            found.map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn a_missing_variable_is_named_with_its_remedy() {
        for (name, _) in ENVIRONMENT {
            let error = read(name, &[]).err().unwrap().to_string();
            assert!(error.starts_with(&format!("{name} is not set: ")), "{error}");
        }
    }

    #[test]
    fn the_vaults_keys_come_from_kms_before_the_environment() {
        let kms = ("GATEWAY_VAULT_KMS_KEY_ID", "alias/vault");
        let local = ("GATEWAY_VAULT_KEY", KEY);
        for (extra, expected) in [
            (&[kms, local][..], "kms"),
            (&[local][..], "local"),
            (&[][..], "absent"),
            (&[("GATEWAY_VAULT_KEY", "")][..], "absent"),
        ] {
            let source = match read("", extra).ok().unwrap().vault_keys {
                VaultKeyConfig::Kms(_) => "kms",
                VaultKeyConfig::Local(_) => "local",
                VaultKeyConfig::Absent => "absent",
            };
            assert_eq!(source, expected);
        }
    }

    #[test]
    fn a_broken_key_stops_the_start_without_being_told() {
        let error = read("", &[("GATEWAY_VAULT_KEY", "k1:c2VjcmV0")]).err().unwrap();
        assert_eq!(error, ConfigError::VaultKey(InvalidKeys));
        assert!(!error.to_string().contains("c2VjcmV0"));
    }

    #[test]
    fn the_secret_is_not_printed() {
        let config = read("", &[]).ok().unwrap();
        assert!(!format!("{:?}", config.aws).contains("secret\""));
    }
}
