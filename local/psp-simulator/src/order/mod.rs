//! A request for a charge, validated and stripped of its card number and security code.

mod card;
mod fields;
mod read;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

pub(crate) use fields::Fields;

use crate::scenario::Scenario;

/// What is kept of a request for a charge. It holds no card number and no security code:
/// those never leave [`Order::read`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Order {
    pub(crate) reference_id: Option<String>,
    pub(crate) description: Option<String>,
    pub(crate) amount_cents: u64,
    pub(crate) installments: u64,
    pub(crate) capture: bool,
    pub(crate) soft_descriptor: Option<String>,
    pub(crate) card: KeptCard,
    pub(crate) notification_urls: Vec<String>,
    pub(crate) scenario: Scenario,
}

/// What is kept of a card.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct KeptCard {
    pub(crate) brand: String,
    pub(crate) first_digits: String,
    pub(crate) last_digits: String,
    pub(crate) exp_month: Option<String>,
    pub(crate) exp_year: Option<String>,
    pub(crate) holder_name: Option<String>,
    pub(crate) store: bool,
    /// SHA-256 of the ciphertext of an encrypted card, in hex: each may be used once.
    pub(crate) ciphertext_sha256: Option<String>,
}

impl Order {
    /// Tells two requests under one idempotency key apart. It is taken of what is kept, so
    /// that no digest of a card number exists anywhere.
    pub(crate) fn fingerprint(&self) -> String {
        let kept = serde_json::to_vec(self).unwrap_or_default();
        hex(&Sha256::digest(&kept))
    }
}

/// Lower-case hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |nibble: u8| char::from(DIGITS[usize::from(nibble)]);
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}
