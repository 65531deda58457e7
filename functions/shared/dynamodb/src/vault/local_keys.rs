//! Key-encryption keys from the configuration: for machines without KMS.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use gateway_ports::PortError;
use zeroize::Zeroizing;

use super::key::{KEY_LEN, KeyBytes, KeyEncryptionKey, KeyProvider};

/// Keys by their id; new cards are sealed under the first.
pub struct LocalKeys {
    keys: Vec<Arc<KeyEncryptionKey>>,
}

/// Why a text is no list of keys. Never holds any of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected `id:key` or `id:key,older-id:older-key`, each key 32 bytes in base64, each id once")]
pub struct InvalidKeys;

impl LocalKeys {
    /// Reads `id:base64,…`: the first seals, all open. To rotate, put a new one in front and take
    /// the old one out when the last card sealed under it has expired.
    ///
    /// # Errors
    /// [`InvalidKeys`].
    pub fn from_text(text: &str) -> Result<Self, InvalidKeys> {
        let keys = text.split(',').map(read_key).collect::<Result<Vec<_>, _>>()?;
        let unique = keys
            .iter()
            .enumerate()
            .all(|(index, key)| keys[..index].iter().all(|earlier| earlier.reference() != key.reference()));
        if unique { Ok(Self { keys }) } else { Err(InvalidKeys) }
    }
}

fn read_key(text: &str) -> Result<Arc<KeyEncryptionKey>, InvalidKeys> {
    let (id, key) = text.trim().split_once(':').ok_or(InvalidKeys)?;
    let named = (1..=32).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_graphic());
    // The decoder wants room for its estimate, which is a little more than what it writes.
    let mut decoded = Zeroizing::new([0; KEY_LEN + 4]);
    let len = STANDARD.decode_slice(key, decoded.as_mut_slice()).map_err(|_| InvalidKeys)?;
    if !named || len != KEY_LEN {
        return Err(InvalidKeys);
    }
    let mut bytes = KeyBytes::default();
    bytes.copy_from_slice(&decoded[..KEY_LEN]);
    KeyEncryptionKey::new(id.as_bytes().to_vec(), &bytes).map(Arc::new).map_err(|_| InvalidKeys)
}

impl KeyProvider for LocalKeys {
    async fn current(&self) -> Result<Arc<KeyEncryptionKey>, PortError> {
        self.keys.first().cloned().ok_or_else(|| PortError::permanent("the card vault has no key"))
    }

    async fn by_reference(&self, reference: &[u8]) -> Result<Arc<KeyEncryptionKey>, PortError> {
        self.keys.iter().find(|key| key.reference() == reference).cloned().ok_or_else(|| {
            PortError::permanent("the card is sealed under a key that is not configured any more")
        })
    }
}
