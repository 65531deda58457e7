//! Reads and validates the body of `POST /charges`.

use serde_json::Value;

use super::{Fields, KeptCard, Order, card};
use crate::encryption::CardKey;
use crate::errors::Problem;
use crate::scenario::Scenario;

/// PagBank's limit of an amount: nine digits of cents.
const AMOUNT_CENTS_MAX: u64 = 999_999_999;
/// PagBank's smallest amounts: R$ 1.00 for Visa, R$ 0.20 for the others.
const VISA_CENTS_MIN: u64 = 100;
const OTHER_CENTS_MIN: u64 = 20;
/// Each instalment is at least R$ 5.00.
const INSTALMENT_CENTS_MIN: u64 = 500;
const INSTALLMENTS_MAX: u64 = 24;
const TEXT_LENGTH_MAX: usize = 64;
const SOFT_DESCRIPTOR_LENGTH_MAX: usize = 17;
const URLS_MAX: usize = 5;
const URL_LENGTH_MAX: usize = 255;

impl Order {
    /// The request in this body, or all that is wrong with it.
    /// Encrypted cards are opened with `key` as of `now_ms`.
    pub(crate) fn read(body: &[u8], key: &CardKey, now_ms: i64) -> Result<Self, Vec<Problem>> {
        let body: Value = serde_json::from_slice(body).map_err(|_| vec![Problem::unreadable()])?;
        let mut fields = Fields::of(&body);
        let order = order(&mut fields, &|ciphertext: &str| key.decrypt(ciphertext, now_ms));
        fields.finish(order)
    }
}

fn order(fields: &mut Fields<'_>, open: &card::Open<'_>) -> Option<Order> {
    // Every part is read before any is missed, so that all complaints are collected.
    let reference_id = fields.optional_text("reference_id", TEXT_LENGTH_MAX).map(str::to_owned);
    let description = fields.optional_text("description", TEXT_LENGTH_MAX).map(str::to_owned);
    let amount = fields.required_integer("amount.value", &(1..=AMOUNT_CENTS_MAX));
    check_word(fields, "amount.currency", "BRL");
    check_word(fields, "payment_method.type", "CREDIT_CARD");
    let installments = fields.required_integer("payment_method.installments", &(1..=INSTALLMENTS_MAX));
    let capture = fields.required_flag("payment_method.capture");
    let soft_descriptor =
        fields.optional_text("payment_method.soft_descriptor", SOFT_DESCRIPTOR_LENGTH_MAX).map(str::to_owned);
    let notification_urls = notification_urls(fields);
    let card = card::read(fields, open);
    if let (Some(cents), Some(installments), Some((card, _))) = (amount, installments, &card) {
        check_minimum(fields, cents, installments, card);
    }
    let (card, scenario): (KeptCard, Scenario) = card?;
    Some(Order {
        reference_id,
        description,
        amount_cents: amount?,
        installments: installments?,
        capture: capture?,
        soft_descriptor,
        card,
        notification_urls,
        scenario,
    })
}

fn check_word(fields: &mut Fields<'_>, path: &str, expected: &str) {
    if fields.required_text(path, TEXT_LENGTH_MAX).is_some_and(|word| word != expected) {
        fields.complain(Problem::invalid(path));
    }
}

fn check_minimum(fields: &mut Fields<'_>, cents: u64, installments: u64, card: &KeptCard) {
    let minimum = if card.brand == "visa" { VISA_CENTS_MIN } else { OTHER_CENTS_MIN };
    if cents < minimum {
        fields.complain(Problem::invalid("amount.value"));
    }
    if installments > 1 && cents / installments < INSTALMENT_CENTS_MIN {
        fields.complain(Problem::invalid("payment_method.installments"));
    }
}

fn notification_urls(fields: &mut Fields<'_>) -> Vec<String> {
    let Some(value) = fields.get("notification_urls") else { return Vec::new() };
    let urls: Option<Vec<String>> = value.as_array().filter(|urls| urls.len() <= URLS_MAX).and_then(|urls| {
        urls.iter().map(|url| url.as_str().filter(|url| is_url(url)).map(str::to_owned)).collect()
    });
    urls.unwrap_or_else(|| {
        fields.complain(Problem::invalid("notification_urls"));
        Vec::new()
    })
}

fn is_url(url: &str) -> bool {
    url.len() <= URL_LENGTH_MAX && (url.starts_with("http://") || url.starts_with("https://"))
}
