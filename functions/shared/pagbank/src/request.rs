//! Builds the bodies of requests. The one place that sees a card in clear.

use bytes::Bytes;
use gateway_domain::card::CardSecret;
use gateway_domain::money::Cents;
use gateway_ports::provider::ChargeRequest;
use serde::Serialize;
use zeroize::Zeroizing;

/// The only currency PagBank takes.
pub(crate) const CURRENCY: &str = "BRL";
/// Room for any request, so that the buffer never moves and leaves a copy of itself behind.
const CAPACITY: usize = 4 * 1024;

#[derive(Serialize)]
struct ChargeBody<'a> {
    reference_id: &'a str,
    description: &'a str,
    amount: AmountBody,
    payment_method: PaymentMethodBody<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    notification_urls: Option<[&'a str; 1]>,
}

#[derive(Serialize)]
struct AmountBody {
    value: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    currency: Option<&'static str>,
}

#[derive(Serialize)]
struct PaymentMethodBody<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    installments: u8,
    capture: bool,
    card: CardBody<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    holder: Option<HolderBody<'a>>,
}

#[derive(Serialize)]
struct HolderBody<'a> {
    name: &'a str,
    tax_id: &'a str,
}

#[derive(Serialize)]
#[serde(untagged)]
enum CardBody<'a> {
    Raw { number: &'a str, exp_month: String, exp_year: String, security_code: &'a str },
    Encrypted { encrypted: &'a str, store: bool },
}

#[derive(Serialize)]
struct CancelBody {
    amount: AmountBody,
}

/// The body of `POST /charges`. Its memory is zeroed when the last owner lets go of it; the HTTP
/// client's own write buffer is out of reach.
pub(crate) fn charge_body(request: &ChargeRequest<'_>, notification_url: Option<&str>) -> Bytes {
    let reference_id = request.payment_id.to_string();
    serialize(&ChargeBody {
        reference_id: &reference_id,
        description: &reference_id,
        amount: AmountBody { value: request.amount.get(), currency: Some(CURRENCY) },
        payment_method: PaymentMethodBody {
            kind: "CREDIT_CARD",
            installments: 1,
            capture: false,
            card: card_body(request.card),
            holder: holder_body(request.card),
        },
        notification_urls: notification_url.map(|url| [url]),
    })
}

fn card_body(card: &CardSecret) -> CardBody<'_> {
    match card {
        CardSecret::Raw { pan, cvv, expiry } => CardBody::Raw {
            number: pan.expose(),
            exp_month: format!("{:02}", expiry.month),
            exp_year: expiry.year.to_string(),
            security_code: cvv.expose(),
        },
        CardSecret::Encrypted(card) => CardBody::Encrypted { encrypted: card.expose(), store: false },
    }
}

/// Whom PagBank wants to know beside a card that it must open first.
fn holder_body(card: &CardSecret) -> Option<HolderBody<'_>> {
    match card {
        CardSecret::Raw { .. } => None,
        CardSecret::Encrypted(card) => {
            card.holder().map(|holder| HolderBody { name: holder.name(), tax_id: holder.tax_id() })
        }
    }
}

/// The body of `POST /charges/{id}/cancel`.
pub(crate) fn cancel_body(amount: Cents) -> Bytes {
    serialize(&CancelBody { amount: AmountBody { value: amount.get(), currency: None } })
}

fn serialize(body: &impl Serialize) -> Bytes {
    let mut buffer = Zeroizing::new(Vec::with_capacity(CAPACITY));
    // Writing these types into memory cannot fail; an empty body would be refused, not charged.
    if serde_json::to_writer(&mut *buffer, body).is_err() {
        buffer.clear();
    }
    Bytes::from_owner(buffer)
}

#[cfg(test)]
mod tests {
    use gateway_domain::PaymentId;
    use gateway_domain::card::{Brand, CardExpiry, Cvv, EncryptedCard, Holder, Pan};
    use serde_json::{Value, json};

    use super::*;

    fn body_with(card: &CardSecret, notification_url: Option<&str>) -> Value {
        let request =
            ChargeRequest { payment_id: PaymentId::from_u128(1), amount: Cents::new(15_000).unwrap(), card };
        serde_json::from_slice(&charge_body(&request, notification_url)).unwrap()
    }

    #[test]
    fn a_card_in_clear_is_charged_as_pagbank_documents_it() {
        let card = CardSecret::Raw {
            pan: Pan::new("4539620659922097".to_owned()).ok().unwrap(),
            cvv: Cvv::new("123".to_owned(), Brand::Visa).ok().unwrap(),
            expiry: CardExpiry { month: 3, year: 2030 },
        };
        let expected = json!({
            "reference_id": "00000000000000000000000001",
            "description": "00000000000000000000000001",
            "amount": { "value": 15000, "currency": "BRL" },
            "payment_method": {
                "type": "CREDIT_CARD",
                "installments": 1,
                "capture": false,
                "card": { "number": "4539620659922097", "exp_month": "03", "exp_year": "2030", "security_code": "123" },
            },
            "notification_urls": ["https://shop.example/webhooks/pagbank"],
        });
        assert_eq!(body_with(&card, Some("https://shop.example/webhooks/pagbank")), expected);
    }

    #[test]
    fn an_encrypted_card_goes_as_it_came_and_is_not_stored() {
        let ciphertext = EncryptedCard::new("YXBwcm92ZQ==".to_owned()).ok().unwrap();
        let holder = Holder::new("Jose da Silva".to_owned(), "529.982.247-25".to_owned()).ok().unwrap();
        let body = body_with(&CardSecret::Encrypted(ciphertext.held_by(holder)), None);
        let method = &body["payment_method"];
        assert_eq!(method["card"], json!({ "encrypted": "YXBwcm92ZQ==", "store": false }));
        assert_eq!(method["holder"], json!({ "name": "Jose da Silva", "tax_id": "52998224725" }));
        assert_eq!(body.get("notification_urls"), None);
    }

    #[test]
    fn a_cancellation_names_the_amount() {
        let body = cancel_body(Cents::new(15_000).unwrap());
        assert_eq!(&body[..], br#"{"amount":{"value":15000}}"#);
    }
}
