//! Reading a webhook: which charge of which payment it may be about.

use gateway_domain::PaymentId;
use gateway_domain::charge::ChargeId;
use serde::Deserialize;

/// What to ask the PSP about. Nothing else in a webhook is believed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Hint {
    /// The payment: the charge's `reference_id`.
    pub(crate) payment_id: PaymentId,
    /// The charge, where it is named as PagBank names them.
    pub(crate) charge_id: Option<ChargeId>,
}

/// A charge, or an order with its charges.
#[derive(Deserialize)]
struct Notification {
    #[serde(flatten)]
    itself: Named,
    #[serde(default)]
    charges: Vec<Named>,
}

#[derive(Deserialize)]
struct Named {
    #[serde(default)]
    id: Option<String>,
    #[serde(default)]
    reference_id: Option<String>,
}

impl Hint {
    /// `None` for what names no payment of the gateway.
    pub(crate) fn read(body: &[u8]) -> Option<Self> {
        let Notification { itself, charges } = serde_json::from_slice(body).ok()?;
        charges.iter().chain([&itself]).find_map(Self::from_named)
    }

    fn from_named(named: &Named) -> Option<Self> {
        let payment_id = named.reference_id.as_deref()?.parse().ok()?;
        Some(Self { payment_id, charge_id: named.id.as_deref().and_then(charge_id) })
    }
}

/// `CHAR_` and a UUID. It becomes part of a URL, so nothing else will do.
fn charge_id(text: &str) -> Option<ChargeId> {
    let tail = text.strip_prefix("CHAR_")?;
    let fits = (1..=64).contains(&tail.len()) && tail.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    fits.then(|| ChargeId(text.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn charges_and_orders_name_a_payment() {
        let id = "01KARX9C0G0000000000000001";
        for (body, expected) in [
            (format!(r#"{{"id":"CHAR_1-a","reference_id":"{id}","status":"PAID"}}"#), Some(Some("CHAR_1-a"))),
            (
                format!(r#"{{"id":"ORDE_1","charges":[{{"id":"CHAR_2","reference_id":"{id}"}}]}}"#),
                Some(Some("CHAR_2")),
            ),
            (format!(r#"{{"id":"CHAR_1/../x","reference_id":"{id}"}}"#), Some(None)),
            (format!(r#"{{"reference_id":"{id}"}}"#), Some(None)),
            (r#"{"id":"CHAR_1","reference_id":"other"}"#.to_owned(), None),
            (r#"{"id":"CHAR_1"}"#.to_owned(), None),
            ("notificationCode=x".to_owned(), None),
        ] {
            let hint = Hint::read(body.as_bytes());
            let charge = hint.map(|hint| hint.charge_id.map(|charge| charge.0));
            assert_eq!(charge, expected.map(|charge| charge.map(str::to_owned)), "{body}");
        }
    }
}
