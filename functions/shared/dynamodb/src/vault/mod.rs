//! The card vault's cryptography: AES-256-GCM envelopes under keys that themselves are wrapped.
//!
//! Each card is two envelopes, one for number and expiry (or the PSP's own ciphertext) and one for
//! the code, each with its own random data key wrapped under a key-encryption key. An envelope is
//! one attribute of the payment's item, so removing the attribute removes ciphertext and key at once.
//!
//! Deliberately absent: `Debug`, `Clone` and serde on anything that holds a plaintext or a key.

mod configured_keys;
mod envelope;
mod key;
mod kms_keys;
mod kms_service;
mod local_keys;
mod plaintext;

use gateway_domain::{CardSecret, PaymentId};
use gateway_ports::PortError;

pub use configured_keys::ConfiguredKeys;
pub use key::{KeyEncryptionKey, KeyProvider};
pub use kms_keys::{KEY_AGE_MAX, KEY_CARDS_MAX, KEYS_OPENED_MAX, KmsKeys};
pub use kms_service::{GeneratedKey, KeyService, KmsService};
pub use local_keys::{InvalidKeys, LocalKeys};

use envelope::{Binding, Envelope, Field};

/// A card as it is stored. What is left of it without a key tells nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedCard {
    /// Number and expiry, or the PSP's own ciphertext.
    pub card: Vec<u8>,
    /// The code; none beside the PSP's own ciphertext, which holds it.
    pub cvv: Option<Vec<u8>>,
}

/// Why something could not be sealed or opened. Never holds any of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum VaultError {
    /// The system gave no randomness, or the cipher refused to seal.
    #[error("the card could not be sealed")]
    Seal,
    /// The bytes are no envelope of a known version.
    #[error("the sealed card is malformed")]
    Malformed,
    /// Wrong key, wrong payment, wrong field, or changed bytes.
    #[error("the sealed card is not authentic: wrong key, wrong payment or changed bytes")]
    Unauthentic,
    /// What was opened is no card.
    #[error("the opened card is malformed")]
    Plaintext,
}

impl From<VaultError> for PortError {
    fn from(error: VaultError) -> Self {
        Self::permanent(error.to_string())
    }
}

/// Seals and opens cards under the keys of `K`.
pub struct Vault<K> {
    keys: K,
}

impl<K: KeyProvider> Vault<K> {
    /// A vault under these keys.
    #[must_use]
    pub const fn new(keys: K) -> Self {
        Self { keys }
    }

    /// Seals a card for one payment: it cannot be opened as another's.
    ///
    /// # Errors
    /// The key provider's, or that there is no randomness.
    pub async fn seal(&self, payment_id: PaymentId, card: &CardSecret) -> Result<SealedCard, PortError> {
        let key = self.keys.current().await?;
        let (number, code) = plaintext::write(card);
        let card = envelope::seal(&key, Binding { payment_id, field: Field::Card }, number)?;
        let binding = Binding { payment_id, field: Field::Cvv };
        let cvv = code.map(|code| envelope::seal(&key, binding, code)).transpose()?;
        Ok(SealedCard { card, cvv })
    }

    /// Opens a card sealed for this payment.
    ///
    /// # Errors
    /// The key provider's, or permanently that the bytes are not what was sealed for this payment.
    pub async fn open(&self, payment_id: PaymentId, sealed: &SealedCard) -> Result<CardSecret, PortError> {
        let number = self.open_field(Binding { payment_id, field: Field::Card }, &sealed.card).await?;
        let code = match &sealed.cvv {
            Some(code) => Some(self.open_field(Binding { payment_id, field: Field::Cvv }, code).await?),
            None => None,
        };
        Ok(plaintext::read(&number, code.as_deref())?)
    }

    async fn open_field(&self, binding: Binding, bytes: &[u8]) -> Result<envelope::Plaintext, PortError> {
        let envelope = Envelope::parse(bytes)?;
        let key = self.keys.by_reference(envelope.key_reference).await?;
        Ok(envelope.open(&key, binding)?)
    }
}

#[cfg(test)]
mod tests;
