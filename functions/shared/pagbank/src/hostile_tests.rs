//! Answers that PagBank, a proxy or somebody in between might give: none is taken for what it is not.

use gateway_domain::PaymentId;
use gateway_domain::charge::{ChargeOutcome, Inquiry};
use gateway_domain::money::Cents;
use gateway_hostile::{cases, mutated, noise, spoiled};
use proptest::prelude::*;
use serde_json::Value;

use crate::charge::{self, Reading};
use crate::inquiry::{read_one, read_search};
use crate::integrity::Expected;
use crate::transport::Answer;
use crate::webhook;

const CHARGE: &str = r#"{"id":"CHAR_1","reference_id":"00000000000000000000000001","status":"PAID",
    "amount":{"value":15000,"currency":"BRL","summary":{"paid":15000,"refunded":0}},
    "payment_response":{"code":"20000","message":"SUCESSO","raw_data":{"authorization_code":"145803"}}}"#;
const COMPLAINT: &str =
    r#"{"error_messages":[{"code":"40001","description":"invalid","parameter_name":"payment_method.card"}]}"#;

fn expected() -> Expected {
    Expected { payment_id: PaymentId::from_u128(1), amount: Cents::new(15_000).unwrap() }
}

fn bodies() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        6 => mutated(CHARGE),
        2 => mutated(COMPLAINT),
        2 => mutated(&format!("[{CHARGE}]")),
        2 => spoiled(CHARGE.as_bytes().to_vec()),
        1 => noise(),
    ]
}

/// Whether a charge of these bytes is the payment's, read by another reader.
fn is_ours(charge: &Value) -> bool {
    charge["reference_id"] == "00000000000000000000000001"
        && charge["amount"]["value"] == 15_000
        && charge["amount"]["currency"] == "BRL"
}

proptest! {
    #![proptest_config(cases(2_000))]

    #[test]
    fn only_the_payments_own_charge_is_a_verdict(status in 100_u16..600, body in bodies()) {
        let answer = Answer { status, retry_after_ms: None, body: body.clone() };
        if let Reading::Outcome(ChargeOutcome::Verdict(_)) = charge::read(&Ok(answer), &expected()) {
            prop_assert!((200..300).contains(&status));
            // What nests too deep for the other reader stands where ours passes over it.
            let other = serde_json::from_slice(&body);
            prop_assert!(other.is_err() || is_ours(&other.unwrap()));
        }
    }

    #[test]
    fn no_charge_is_believed_in_pagbanks_own_words_only(status in 100_u16..600, body in bodies()) {
        let answer = || Ok(Answer { status, retry_after_ms: None, body: body.clone() });
        let text = String::from_utf8_lossy(&body);
        if read_one(&answer(), &expected()) == Inquiry::None {
            prop_assert!(status == 404 && text.contains("code"), "{status}");
        }
        if read_search(&answer(), &expected()) == Inquiry::None {
            prop_assert!(text.trim() == "[]" || status == 404 && text.contains("code"), "{status} {text}");
        }
    }

    #[test]
    fn a_hint_names_a_charge_that_can_stand_in_a_path(body in bodies()) {
        if let Some(hint) = webhook::hint(&body) {
            let is_plain = |char: char| char.is_ascii_alphanumeric() || matches!(char, '-' | '_');
            prop_assert!(!hint.charge_id.0.is_empty() && hint.charge_id.0.chars().all(is_plain));
        }
    }
}
