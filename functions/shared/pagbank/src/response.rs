//! Reads PagBank's bodies: charges, and errors in each of their shapes.

use gateway_domain::CardSummary;
use serde::Deserialize;
use serde_json::Value;

/// Longest text of PagBank's that is passed on.
const TEXT_LEN_MAX: usize = 200;

/// A charge, as far as the gateway reads it. All else may change without notice.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct ChargeAnswer {
    pub(crate) id: String,
    pub(crate) status: Status,
    #[serde(default)]
    pub(crate) reference_id: Option<String>,
    pub(crate) amount: AmountAnswer,
    #[serde(default)]
    pub(crate) payment_response: Option<PaymentResponse>,
    /// Only [`ChargeAnswer::card`] looks into it: whatever it is like, the charge is legible.
    #[serde(default)]
    payment_method: Value,
}

/// A charge's amount.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct AmountAnswer {
    pub(crate) value: i64,
    pub(crate) currency: String,
    #[serde(default)]
    pub(crate) summary: Option<Summary>,
}

/// What became of the amount.
#[derive(Debug, Clone, Copy, Deserialize)]
pub(crate) struct Summary {
    #[serde(default)]
    pub(crate) paid: i64,
    #[serde(default)]
    pub(crate) refunded: i64,
}

/// PagBank's `status`. One that is not known makes the answer illegible, which is as it should
/// be: it is no verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum Status {
    /// Pre-authorised.
    Authorized,
    /// Captured.
    Paid,
    /// At PagBank's risk check.
    InAnalysis,
    /// Not yet begun; belongs to other means of payment.
    Waiting,
    /// Refused by PagBank or by the issuer.
    Declined,
    /// Voided or refunded as a whole.
    Canceled,
}

/// What the issuer said.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct PaymentResponse {
    #[serde(default)]
    pub(crate) code: String,
    #[serde(default)]
    pub(crate) message: String,
    #[serde(default)]
    pub(crate) raw_data: RawData,
}

/// What the card network said.
#[derive(Debug, Clone, Default, Deserialize)]
pub(crate) struct RawData {
    #[serde(default)]
    pub(crate) authorization_code: Option<String>,
}

/// One complaint of PagBank's.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct Problem {
    #[serde(default)]
    pub(crate) code: String,
    #[serde(default)]
    pub(crate) description: String,
    #[serde(default)]
    pub(crate) parameter_name: Option<String>,
}

/// The shapes of an error body: the charge's list, the recurring API's `error`, the flat one.
#[derive(Deserialize)]
#[serde(untagged)]
enum ErrorBody {
    List { error_messages: Vec<Problem> },
    Nested { error: Problem },
    Flat { code: String, description: String, parameter_name: Option<String> },
}

impl ChargeAnswer {
    pub(crate) fn read(body: &[u8]) -> Option<Self> {
        serde_json::from_slice(body).ok()
    }

    /// What PagBank tells of the card: of one that came encrypted, all that is known.
    pub(crate) fn card(&self) -> Option<CardSummary> {
        let text = |name: &str| self.payment_method["card"][name].as_str();
        CardSummary::told(text("brand")?, text("first_digits")?, text("last_digits")?)
    }

    /// The charges of a search.
    pub(crate) fn read_all(body: &[u8]) -> Option<Vec<Self>> {
        serde_json::from_slice(body).ok()
    }
}

impl Problem {
    /// The complaints in an error body; `None` when PagBank did not write it.
    pub(crate) fn read(body: &[u8]) -> Option<Vec<Self>> {
        let problems = match serde_json::from_slice(body).ok()? {
            ErrorBody::List { error_messages } => error_messages,
            ErrorBody::Nested { error } => vec![error],
            ErrorBody::Flat { code, description, parameter_name } => {
                vec![Self { code, description, parameter_name }]
            }
        };
        (!problems.is_empty()).then_some(problems)
    }

    /// Whether it is the card's data that is complained of.
    pub(crate) fn is_about_card(&self) -> bool {
        self.parameter_name.as_deref().is_some_and(|name| {
            name.starts_with("payment_method.card") || name.starts_with("payment_method.holder")
        })
    }

    /// Whether it is the ciphertext of an encrypted card that is complained of.
    pub(crate) fn is_about_ciphertext(&self) -> bool {
        self.parameter_name.as_deref() == Some("payment_method.card.encrypted")
    }

    /// `description: parameter`, shortened.
    pub(crate) fn words(&self) -> String {
        match &self.parameter_name {
            Some(name) => shorten(&format!("{}: {name}", self.description)),
            None => shorten(&self.description),
        }
    }
}

/// PagBank's words, no longer than can be logged and stored. PagBank echoes no card data, yet
/// what looks like a card number is masked: this text travels.
pub(crate) fn shorten(text: &str) -> String {
    mask_long_numbers(text).chars().take(TEXT_LEN_MAX).collect()
}

/// Runs of digits that are as long as a card number, be they grouped by spaces or hyphens, lose all
/// of their digits. Masked before anything is cut off, since half a number is too much still.
fn mask_long_numbers(text: &str) -> String {
    const CARD_DIGITS_MIN: usize = 12;
    let in_number = |c: char| c.is_ascii_digit() || matches!(c, ' ' | '-');
    let mut masked = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(|c: char| c.is_ascii_digit()) {
        let (before, from) = rest.split_at(start);
        let (run, after) = from.split_at(from.find(|c: char| !in_number(c)).unwrap_or(from.len()));
        let is_long = run.chars().filter(char::is_ascii_digit).count() >= CARD_DIGITS_MIN;
        masked.push_str(before);
        masked.extend(run.chars().map(|c| if is_long && c.is_ascii_digit() { '*' } else { c }));
        rest = after;
    }
    masked + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn error_bodies_are_read_in_every_shape() {
        let problem = |parameter: Option<&str>| Problem {
            code: "40001".to_owned(),
            description: "required_parameter".to_owned(),
            parameter_name: parameter.map(str::to_owned),
        };
        for (body, expected) in [
            (
                r#"{"error_messages":[{"code":"40001","description":"required_parameter","parameter_name":"x"}]}"#,
                Some(vec![problem(Some("x"))]),
            ),
            (r#"{"code":"40001","description":"required_parameter"}"#, Some(vec![problem(None)])),
            (r#"{"error":{"code":"40001","description":"required_parameter"}}"#, Some(vec![problem(None)])),
            (r#"{"error_messages":[]}"#, None),
            ("<html>", None),
            ("", None),
        ] {
            assert_eq!(Problem::read(body.as_bytes()), expected, "{body}");
        }
    }

    #[test]
    fn a_charge_of_an_unknown_status_or_without_an_amount_is_illegible() {
        for body in [
            r#"{"id":"CHAR_1","status":"FROZEN","amount":{"value":1,"currency":"BRL"}}"#,
            r#"{"id":"CHAR_1","status":"PAID"}"#,
            r#"{"id":"CHAR_1","status":"PAID","amount":{"value":1.5,"currency":"BRL"}}"#,
            "[]",
        ] {
            assert!(ChargeAnswer::read(body.as_bytes()).is_none(), "{body}");
        }
    }

    #[test]
    fn of_a_card_six_and_four_digits_are_read_and_nothing_else() {
        let card = |method: &str| {
            let body = format!(
                r#"{{"id":"CHAR_1","status":"PAID","amount":{{"value":1,"currency":"BRL"}},"payment_method":{method}}}"#
            );
            let card = ChargeAnswer::read(body.as_bytes()).expect("legible").card();
            card.map(|card| format!("{} {} {}", card.brand.as_str(), card.bin, card.last4))
        };
        let of = |first: &str, last: &str| {
            card(&format!(r#"{{"card":{{"brand":"VISA","first_digits":"{first}","last_digits":"{last}"}}}}"#))
        };
        assert_eq!(of("453962", "2097").as_deref(), Some("visa 453962 2097"));
        assert_eq!(of("45396206", "2097").as_deref(), Some("visa 453962 2097"));
        for (first, last) in
            [("4539620659922097", "2097"), ("453962", "22097"), ("45396", "2097"), ("45396x", "2097")]
        {
            assert_eq!(of(first, last), None, "{first} {last}");
        }
        for method in ["null", "[]", "\"card\"", "{}", r#"{"card":null}"#, r#"{"card":{"brand":1}}"#] {
            assert_eq!(card(method), None, "{method}");
        }
    }

    #[test]
    fn what_looks_like_a_card_number_is_masked() {
        for (text, expected) in [
            ("invalid 4539620659922097!", "invalid ****************!"),
            ("code 40002 of 2026", "code 40002 of 2026"),
            ("4539 6206 5992-2097", "**** **** ****-****"),
        ] {
            assert_eq!(shorten(text), expected);
        }
    }
}
