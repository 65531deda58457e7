//! Cards as bytes and back, by hand: no serialiser ever sees a secret.
//!
//! ```text
//! raw card:       1 │ month 1 │ year 2 │ digits      and the code in a field of its own
//! encrypted card: 2 │ the PSP's ciphertext, and for its holder: line feed, name, line feed, tax id
//! ```

use gateway_domain::CardSecret;
use gateway_domain::card::{CardExpiry, Cvv, EncryptedCard, Holder, Pan};
use zeroize::{Zeroize, Zeroizing};

use super::VaultError;
use super::envelope::Plaintext;

const RAW: u8 = 1;
const ENCRYPTED: u8 = 2;
/// Neither base64 nor a name nor a tax id holds one.
const DIVIDER: &str = "\n";

/// Number and code as bytes. Each buffer has its final size from the start: growing one would leave
/// a copy behind.
pub(super) fn write(card: &CardSecret) -> (Plaintext, Option<Plaintext>) {
    match card {
        CardSecret::Raw { pan, cvv, expiry } => {
            let [high, low] = expiry.year.to_be_bytes();
            let number = join(&[RAW, expiry.month, high, low], &[pan.expose()]);
            (number, Some(join(&[], &[cvv.expose()])))
        }
        CardSecret::Encrypted(card) => (write_encrypted(card), None),
    }
}

fn write_encrypted(card: &EncryptedCard) -> Plaintext {
    match card.holder() {
        None => join(&[ENCRYPTED], &[card.expose()]),
        Some(holder) => {
            join(&[ENCRYPTED], &[card.expose(), DIVIDER, holder.name(), DIVIDER, holder.tax_id()])
        }
    }
}

fn join(head: &[u8], texts: &[&str]) -> Plaintext {
    let length = head.len() + texts.iter().map(|text| text.len()).sum::<usize>();
    let mut out = Zeroizing::new(Vec::with_capacity(length));
    out.extend_from_slice(head);
    texts.iter().for_each(|text| out.extend_from_slice(text.as_bytes()));
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
        ([ENCRYPTED, card @ ..], None) => read_encrypted(card).map(CardSecret::Encrypted),
        _ => Err(VaultError::Plaintext),
    }
}

fn read_encrypted(bytes: &[u8]) -> Result<EncryptedCard, VaultError> {
    let mut parts = bytes.split(|byte| [*byte] == *DIVIDER.as_bytes());
    let card = EncryptedCard::new(text(parts.next().unwrap_or_default())?);
    let card = card.map_err(|_| VaultError::Plaintext)?;
    match (parts.next(), parts.next(), parts.next()) {
        (None, ..) => Ok(card),
        (Some(name), Some(tax_id), None) => {
            let holder = Holder::new(text(name)?, text(tax_id)?).map_err(|_| VaultError::Plaintext)?;
            Ok(card.held_by(holder))
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
