//! Whether an answer is about the charge that was asked for.

use gateway_domain::PaymentId;
use gateway_domain::money::Cents;

use crate::request::CURRENCY;
use crate::response::{ChargeAnswer, shorten};

/// What a charge must be.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Expected {
    pub(crate) payment_id: PaymentId,
    pub(crate) amount: Cents,
}

/// Longest charge id that is believed; PagBank's have 41 characters.
const CHARGE_ID_LEN_MAX: usize = 64;

impl Expected {
    /// What differs, in words; nothing when all is right.
    pub(crate) fn differs(&self, charge: &ChargeAnswer) -> Option<String> {
        let amount = &charge.amount;
        if amount.value != self.amount.get() {
            return Some(format!("amount {} instead of {}", amount.value, self.amount.get()));
        }
        if amount.currency != CURRENCY {
            return Some(format!("currency {} instead of {CURRENCY}", shorten(&amount.currency)));
        }
        if !self.is_mine(charge) {
            return Some(format!("reference {} instead of {}", reference(charge), self.payment_id));
        }
        (!is_charge_id(&charge.id)).then(|| "the charge's id is none".to_owned())
    }

    /// Whether the charge carries this payment's reference.
    pub(crate) fn is_mine(&self, charge: &ChargeAnswer) -> bool {
        charge.reference_id.as_deref() == Some(self.payment_id.to_string().as_str())
    }
}

fn reference(charge: &ChargeAnswer) -> String {
    charge.reference_id.as_deref().map_or_else(|| "none".to_owned(), shorten)
}

/// Whether a text can be a charge's id. Ids come from outside (a webhook's too) and go into
/// paths, so nothing but letters, digits, `-` and `_` is let through.
pub(crate) fn is_charge_id(text: &str) -> bool {
    let safe = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    (1..=CHARGE_ID_LEN_MAX).contains(&text.len()) && text.bytes().all(safe)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_answer_about_another_amount_currency_or_reference_differs() {
        let payment_id = PaymentId::from_u128(1);
        let expected = Expected { payment_id, amount: Cents::new(15_000).unwrap() };
        let mine = payment_id.to_string();
        for (value, currency, reference, id, right) in [
            (15_000, "BRL", Some(mine.as_str()), "CHAR_1", true),
            (15_001, "BRL", Some(mine.as_str()), "CHAR_1", false),
            (15_000, "USD", Some(mine.as_str()), "CHAR_1", false),
            (15_000, "BRL", Some("another"), "CHAR_1", false),
            (15_000, "BRL", None, "CHAR_1", false),
            (15_000, "BRL", Some(mine.as_str()), "../orders", false),
            (15_000, "BRL", Some(mine.as_str()), "", false),
        ] {
            let body = json!({
                "id": id, "status": "PAID", "reference_id": reference,
                "amount": { "value": value, "currency": currency },
            });
            let charge = serde_json::from_value(body.clone()).unwrap();
            assert_eq!(expected.differs(&charge).is_none(), right, "{body}");
        }
    }
}
