//! Cards as bytes and back, by hand: no serialiser ever sees a secret.
//!
//! ```text
//! raw card:       1 │ month 1 │ year 2 │ digits      and the code in a field of its own
//! encrypted card: 2 │ the PSP's ciphertext, and for its holder: line feed, name, line feed, tax id
//! the same:       3 │ length 2 │ the bytes that the ciphertext stands for │ the holder, as above
//! ```
//! Of what the PSP's SDK gives, the bytes are kept: a quarter less. Base64 that the bytes would not bring
//! back to the letter stays as it is.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use gateway_domain::CardSecret;
use gateway_domain::card::{CardExpiry, Cvv, EncryptedCard, Holder, Pan};
use zeroize::{Zeroize, Zeroizing};

use super::VaultError;
use super::envelope::Plaintext;

const RAW: u8 = 1;
const ENCRYPTED: u8 = 2;
const ENCRYPTED_BYTES: u8 = 3;
/// Neither base64 nor a name nor a tax id holds one.
const DIVIDER: &str = "\n";

/// Number and code as bytes. Each buffer has its final size from the start: growing one would leave
/// a copy behind.
pub(super) fn write(card: &CardSecret) -> (Plaintext, Option<Plaintext>) {
    match card {
        CardSecret::Raw { pan, cvv, expiry } => {
            let [high, low] = expiry.year.to_be_bytes();
            let number = join(&[&[RAW, expiry.month, high, low], pan.expose().as_bytes()]);
            (number, Some(join(&[cvv.expose().as_bytes()])))
        }
        CardSecret::Encrypted(card) => (write_encrypted(card), None),
    }
}

fn write_encrypted(card: &EncryptedCard) -> Plaintext {
    let holder = card.holder().map_or([""; 4], |holder| [DIVIDER, holder.name(), DIVIDER, holder.tax_id()]);
    let [line, name, next_line, tax_id] = holder.map(str::as_bytes);
    let mut bytes = Zeroizing::new(vec![0; card.expose().len()]);
    let length = STANDARD.decode_slice(card.expose(), &mut bytes).ok();
    match length.and_then(|length| Some((bytes.get(..length)?, u16::try_from(length).ok()?))) {
        Some((bytes, length)) => {
            let [high, low] = length.to_be_bytes();
            join(&[&[ENCRYPTED_BYTES, high, low], bytes, line, name, next_line, tax_id])
        }
        None => join(&[&[ENCRYPTED], card.expose().as_bytes(), line, name, next_line, tax_id]),
    }
}

fn join(parts: &[&[u8]]) -> Plaintext {
    let mut out = Zeroizing::new(Vec::with_capacity(parts.iter().map(|part| part.len()).sum()));
    parts.iter().for_each(|part| out.extend_from_slice(part));
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
            let length = card.iter().position(|byte| [*byte] == *DIVIDER.as_bytes()).unwrap_or(card.len());
            let (ciphertext, holder) = card.split_at(length);
            read_encrypted(text(ciphertext)?, holder)
        }
        ([ENCRYPTED_BYTES, high, low, card @ ..], None) => {
            let length = u16::from_be_bytes([*high, *low]).into();
            let (bytes, holder) = card.split_at_checked(length).ok_or(VaultError::Plaintext)?;
            read_encrypted(STANDARD.encode(bytes), holder)
        }
        _ => Err(VaultError::Plaintext),
    }
}

fn read_encrypted(ciphertext: String, holder: &[u8]) -> Result<CardSecret, VaultError> {
    let card = EncryptedCard::new(ciphertext).map_err(|_| VaultError::Plaintext)?;
    let parts: Vec<_> = holder.split(|byte| [*byte] == *DIVIDER.as_bytes()).collect();
    match parts[..] {
        [b""] => Ok(CardSecret::Encrypted(card)),
        [b"", name, tax_id] => {
            let holder = Holder::new(text(name)?, text(tax_id)?).map_err(|_| VaultError::Plaintext)?;
            Ok(CardSecret::Encrypted(card.held_by(holder)))
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
