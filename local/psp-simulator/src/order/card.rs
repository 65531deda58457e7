//! Reads the card of a request, in clear or encrypted, and keeps what may be kept.

use std::ops::RangeInclusive;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

use super::{Fields, KeptCard, hex};
use crate::cards::{TestCard, by_alias, by_number};
use crate::encryption::CardInClear;
use crate::errors::Problem;
use crate::pan::{brand, passes_luhn};
use crate::scenario::Scenario;

const NUMBER: &str = "payment_method.card.number";
const ENCRYPTED: &str = "payment_method.card.encrypted";
const SECURITY_CODE: &str = "payment_method.card.security_code";
const CIPHERTEXT_LENGTH_MAX: usize = 4096;
const HOLDER_LENGTH_MAX: usize = 64;

/// Opens a ciphertext.
pub(super) type Open<'a> = dyn Fn(&str) -> Option<CardInClear> + 'a;

/// The card and what it brings about. `None` when something was complained of.
pub(super) fn read(fields: &mut Fields<'_>, open: &Open<'_>) -> Option<(KeptCard, Scenario)> {
    let kept = match fields.get(ENCRYPTED) {
        Some(_) => encrypted(fields, open),
        None => in_clear(fields),
    };
    kept.map(|(card, scenario)| (with_owner(fields, card), scenario))
}

fn in_clear(fields: &mut Fields<'_>) -> Option<(KeptCard, Scenario)> {
    let exp_month = fields.required_numeral("payment_method.card.exp_month", &(1..=12));
    let exp_year = fields.required_numeral("payment_method.card.exp_year", &(2000..=2099));
    check_security_code(fields);
    let number = fields.required_text(NUMBER, 19)?;
    if !passes_luhn(number) {
        fields.complain(Problem::invalid(NUMBER));
        return None;
    }
    let mut card = keep(number);
    card.exp_month = exp_month.map(|month| format!("{month:02}"));
    card.exp_year = exp_year.map(|year| year.to_string());
    Some((card, by_number(number).map_or(Scenario::Approve, |card| card.scenario)))
}

fn check_security_code(fields: &mut Fields<'_>) {
    let code = fields.required_text(SECURITY_CODE, 4);
    if code.is_some_and(|code| code.len() < 3 || !code.bytes().all(|digit| digit.is_ascii_digit())) {
        fields.complain(Problem::invalid(SECURITY_CODE));
    }
}

/// A ciphertext holds a card, or stands for a test card by its alias (see [`alias_in`]); one that was
/// made for another key, PagBank's own above all, cannot be opened here and is refused.
fn encrypted(fields: &mut Fields<'_>, open: &Open<'_>) -> Option<(KeptCard, Scenario)> {
    let ciphertext = fields.required_text(ENCRYPTED, CIPHERTEXT_LENGTH_MAX)?;
    let opened = alias_in(ciphertext).map(of_alias).or_else(|| open(ciphertext).and_then(of_card));
    let Some((mut card, scenario)) = opened else {
        fields.complain(Problem::invalid(ENCRYPTED));
        return None;
    };
    card.ciphertext_sha256 = Some(hex(&Sha256::digest(ciphertext.as_bytes())));
    Some((card, scenario))
}

fn of_alias(test_card: &TestCard) -> (KeptCard, Scenario) {
    let mut card = keep(test_card.number);
    card.exp_month = Some("12".to_owned());
    card.exp_year = Some("2030".to_owned());
    (card, test_card.scenario)
}

fn of_card(opened: CardInClear) -> Option<(KeptCard, Scenario)> {
    let fits = |text: &str, lengths: RangeInclusive<usize>| {
        lengths.contains(&text.len()) && text.bytes().all(|digit| digit.is_ascii_digit())
    };
    let valid = passes_luhn(&opened.number)
        && fits(&opened.security_code, 3..=4)
        && fits(&opened.exp_month, 1..=2)
        && fits(&opened.exp_year, 4..=4);
    let mut card = valid.then(|| keep(&opened.number))?;
    card.exp_month = Some(format!("{:0>2}", opened.exp_month));
    card.exp_year = Some(opened.exp_year);
    Some((card, by_number(&opened.number).map_or(Scenario::Approve, |card| card.scenario)))
}

/// The card that base64 of `alias` or `alias:anything` stands for.
fn alias_in(ciphertext: &str) -> Option<&'static TestCard> {
    let text = String::from_utf8(STANDARD.decode(ciphertext).ok()?).ok()?;
    by_alias(text.split(':').next()?)
}

fn keep(number: &str) -> KeptCard {
    KeptCard {
        brand: brand(number).to_owned(),
        first_digits: number.chars().take(6).collect(),
        last_digits: number.chars().skip(number.len() - 4).collect(),
        exp_month: None,
        exp_year: None,
        holder_name: None,
        store: false,
        ciphertext_sha256: None,
    }
}

fn with_owner(fields: &mut Fields<'_>, mut card: KeptCard) -> KeptCard {
    let of_card = fields.optional_text("payment_method.card.holder.name", HOLDER_LENGTH_MAX);
    let of_method = fields.optional_text("payment_method.holder.name", HOLDER_LENGTH_MAX);
    card.holder_name = of_card.or(of_method).map(str::to_owned);
    card.store =
        fields.get("payment_method.card.store").and_then(serde_json::Value::as_bool).unwrap_or(false);
    card
}
