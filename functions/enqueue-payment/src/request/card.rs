//! The body's `card`: in clear, or as PagBank's browser SDK encrypted it. Number, code and ciphertext go
//! straight into the types that wipe themselves.

mod encrypted;
mod raw;

use gateway_domain::card::CardError;
use gateway_domain::{CardSecret, Timestamp};
use gateway_edge::http::{Fields, Problem, Unfit};

/// Reads the card.
pub(super) fn read(mut fields: Fields<'_>, now: Timestamp) -> Result<CardSecret, Problem> {
    let is_encrypted = fields.has("encrypted") || fields.has("holder");
    let card = if is_encrypted { encrypted::read(&mut fields) } else { raw::read(&mut fields, now) };
    match card {
        Some(card) if fields.are_fit() => Ok(card),
        _ => Err(fields.into_problem()),
    }
}

fn unfit(error: CardError) -> Unfit {
    let code = match error {
        CardError::Number => "invalid_card_number",
        CardError::SecurityCode => "invalid_security_code",
        CardError::Expiry => "invalid_card_expiry",
        CardError::Expired => "card_expired",
        CardError::Encrypted => "invalid_encrypted_card",
        CardError::HolderName => "invalid_holder_name",
        CardError::TaxId => "invalid_tax_id",
    };
    Unfit::new(code, error.to_string())
}
