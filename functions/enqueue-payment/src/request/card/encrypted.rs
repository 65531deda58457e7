//! `{"encrypted": "…", "holder": {"name": "…", "tax_id": "…"}}`.

use std::collections::BTreeMap;

use gateway_domain::CardSecret;
use gateway_domain::card::{CardError, EncryptedCard, Holder};
use gateway_edge::http::{Fields, Unfit, read};
use serde_json::value::RawValue;

use super::unfit;

/// What a card in clear is made of: none of it may stand beside a ciphertext.
const IN_CLEAR: [&str; 4] = ["card_number", "card_exp_month", "card_exp_year", "card_security_code"];

pub(super) fn read(fields: &mut Fields<'_>) -> Option<CardSecret> {
    for name in IN_CLEAR {
        if fields.has(name) {
            fields.refuse(name, Unfit::new("card_twice", "send the card encrypted or in clear, not both"));
        }
    }
    let ciphertext = |json| {
        let text = read::text(json).map_err(|_| unfit(CardError::Encrypted))?;
        EncryptedCard::new(text).map_err(unfit)
    };
    let card = fields.required("encrypted", ciphertext);
    let holder = fields.required("holder", holder);
    Some(CardSecret::Encrypted(card?.held_by(holder?)))
}

/// Its fields are told apart by their codes.
fn holder(json: &str) -> Result<Holder, Unfit> {
    let invalid = || Unfit::new("invalid_object", "an object with name and tax_id is expected");
    let fields: BTreeMap<String, &RawValue> = serde_json::from_str(json).map_err(|_| invalid())?;
    let text = |name: &str, error: CardError| {
        let json = fields.get(name).map_or("null", |value| value.get());
        read::text(json).map_err(|_| unfit(error))
    };
    let (name, tax_id) = (text("name", CardError::HolderName)?, text("tax_id", CardError::TaxId)?);
    Holder::new(name, tax_id).map_err(unfit)
}
