//! Whichever keys the configuration names.

use std::sync::Arc;

use gateway_ports::PortError;

use super::key::{KeyEncryptionKey, KeyProvider};
use super::{KmsKeys, LocalKeys};

/// Whichever keys the configuration names.
pub enum ConfiguredKeys {
    /// Keys of AWS KMS.
    Kms(KmsKeys),
    /// Keys of the configuration itself.
    Local(LocalKeys),
    /// None: for a step that may erase cards and neither seals nor opens any.
    Absent,
}

fn absent() -> PortError {
    PortError::permanent(
        "this function has no key for the card vault: set GATEWAY_VAULT_KMS_KEY_ID, or GATEWAY_VAULT_KEY \
         where there is no KMS",
    )
}

impl KeyProvider for ConfiguredKeys {
    async fn current(&self) -> Result<Arc<KeyEncryptionKey>, PortError> {
        match self {
            Self::Kms(keys) => keys.current().await,
            Self::Local(keys) => keys.current().await,
            Self::Absent => Err(absent()),
        }
    }

    async fn by_reference(&self, reference: &[u8]) -> Result<Arc<KeyEncryptionKey>, PortError> {
        match self {
            Self::Kms(keys) => keys.by_reference(reference).await,
            Self::Local(keys) => keys.by_reference(reference).await,
            Self::Absent => Err(absent()),
        }
    }
}
