//! Keys that wrap keys, and where they come from.

use std::future::Future;
use std::sync::Arc;

use aws_lc_rs::aead::{AES_256_GCM, LessSafeKey, UnboundKey};
use gateway_ports::PortError;
use zeroize::Zeroizing;

use super::VaultError;

/// Bytes of an AES-256 key.
pub(super) const KEY_LEN: usize = 32;

/// The bytes of a key, zeroed on drop.
pub(super) type KeyBytes = Zeroizing<[u8; KEY_LEN]>;

/// A key-encryption key, ready to use, with what an envelope says of it. The cipher's own memory is
/// cleansed by AWS-LC when it is freed.
pub struct KeyEncryptionKey {
    reference: Vec<u8>,
    cipher: LessSafeKey,
}

impl KeyEncryptionKey {
    /// Longest reference: a KMS ciphertext of a data key is some 200 bytes.
    pub const REFERENCE_LEN_MAX: usize = 1024;

    /// A key and how envelopes refer to it; the reference is no secret.
    ///
    /// # Errors
    /// [`VaultError::Seal`] if the reference is too long or the cipher refuses the key.
    pub fn new(reference: Vec<u8>, bytes: &[u8; KEY_LEN]) -> Result<Self, VaultError> {
        if reference.len() > Self::REFERENCE_LEN_MAX {
            return Err(VaultError::Seal);
        }
        Ok(Self { reference, cipher: cipher(bytes)? })
    }

    /// What an envelope says of this key.
    #[must_use]
    pub fn reference(&self) -> &[u8] {
        &self.reference
    }

    pub(super) const fn cipher(&self) -> &LessSafeKey {
        &self.cipher
    }
}

/// AES-256-GCM under `bytes`.
pub(super) fn cipher(bytes: &[u8]) -> Result<LessSafeKey, VaultError> {
    UnboundKey::new(&AES_256_GCM, bytes).map(LessSafeKey::new).map_err(|_| VaultError::Seal)
}

/// Gives key-encryption keys.
pub trait KeyProvider: Send + Sync {
    /// The key to seal one more card with.
    fn current(&self) -> impl Future<Output = Result<Arc<KeyEncryptionKey>, PortError>> + Send;

    /// The key that an envelope refers to, also after rotation.
    fn by_reference(
        &self,
        reference: &[u8],
    ) -> impl Future<Output = Result<Arc<KeyEncryptionKey>, PortError>> + Send;
}
