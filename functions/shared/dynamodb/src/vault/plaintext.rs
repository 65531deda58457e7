//! Cards as bytes and back, by hand: no serialiser ever sees a secret.
//!
//! ```text
//! raw card:       1 │ month 1 │ year 2 │ digits      and the code in a field of its own
//! encrypted card: 2 │ the PSP's ciphertext
//! ```

use gateway_domain::CardSecret;
use gateway_domain::card::{CardExpiry, Cvv, EncryptedCard, Pan};
use zeroize::{Zeroize, Zeroizing};

use super::VaultError;
use super::envelope::Plaintext;

const RAW: u8 = 1;
const ENCRYPTED: u8 = 2;

/// Number and code as bytes. Each buffer has its final size from the start: growing one would leave
/// a copy behind.
pub(super) fn write(card: CardSecret) -> (Plaintext, Option<Plaintext>) {
    match card {
        CardSecret::Raw { pan, cvv, expiry } => {
            let [high, low] = expiry.year.to_be_bytes();
            let number = join(&[RAW, expiry.month, high, low], pan.expose());
            (number, Some(join(&[], cvv.expose())))
        }
        CardSecret::Encrypted(card) => (join(&[ENCRYPTED], card.expose()), None),
    }
}

fn join(head: &[u8], text: &str) -> Plaintext {
    let mut out = Zeroizing::new(Vec::with_capacity(head.len() + text.len()));
    out.extend_from_slice(head);
    out.extend_from_slice(text.as_bytes());
    out
}

/// The card that [`write`] wrote.
pub(super) fn read(number: &[u8], code: Option<&Vec<u8>>) -> Result<CardSecret, VaultError> {
    match (number, code) {
        ([RAW, month, high, low, digits @ ..], Some(code)) => Ok(CardSecret::Raw {
            pan: Pan::new(text(digits)?).map_err(|_| VaultError::Plaintext)?,
            cvv: Cvv::from_vault(text(code)?),
            expiry: CardExpiry { month: *month, year: u16::from_be_bytes([*high, *low]) },
        }),
        ([ENCRYPTED, card @ ..], None) => {
            EncryptedCard::new(text(card)?).map(CardSecret::Encrypted).map_err(|_| VaultError::Plaintext)
        }
        _ => Err(VaultError::Plaintext),
    }
}

fn text(bytes: &[u8]) -> Result<String, VaultError> {
    String::from_utf8(bytes.to_vec()).map_err(|error| {
        error.into_bytes().zeroize();
        VaultError::Plaintext
    })
}
