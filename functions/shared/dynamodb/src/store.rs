//! The store: a client, a table and a vault.

use aws_sdk_dynamodb::Client;
use gateway_ports::span::TARGET;
use tracing::Span;

use crate::client::{dynamodb_client, kms_client};
use crate::config::{StoreConfig, VaultKeyConfig};
use crate::vault::{ConfiguredKeys, KmsKeys, KmsService, Vault};

/// Claims, cards and charge attempts in one table. Cheap to share behind an `Arc`; its connections
/// belong to the runtime it is first used on.
pub struct DynamoStore<K = ConfiguredKeys> {
    pub(crate) client: Client,
    pub(crate) payments_table: String,
    pub(crate) vault: Vault<K>,
}

impl DynamoStore {
    /// The store that the configuration describes. Connects when it is first used.
    #[must_use]
    pub fn new(config: StoreConfig) -> Self {
        let keys = match config.vault_keys {
            VaultKeyConfig::Kms(id) => {
                ConfiguredKeys::Kms(KmsKeys::new(KmsService::new(kms_client(&config.aws), id)))
            }
            VaultKeyConfig::Local(keys) => ConfiguredKeys::Local(keys),
            VaultKeyConfig::Absent => ConfiguredKeys::Absent,
        };
        Self {
            client: dynamodb_client(&config.aws),
            payments_table: config.payments_table,
            vault: Vault::new(keys),
        }
    }
}

/// The time that the server takes for what `name` says: a table and an operation.
pub(crate) fn span(name: &'static str) -> Span {
    tracing::info_span!(target: TARGET, "store", otel.name = name, otel.kind = "client",
        db.system.name = "aws.dynamodb", db.operation.name = name)
}
