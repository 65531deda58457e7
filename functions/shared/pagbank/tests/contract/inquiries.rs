//! Asking about charges.

use gateway_domain::charge::ChargeId;
use gateway_domain::{Cents, PaymentId};
use gateway_ports::provider::PaymentProvider as _;

use crate::world::{amount, card, charge_id, inquiry_words, world};

#[tokio::test]
async fn a_charge_is_found_by_id_and_by_payment() {
    let world = world().await;
    let id = charge_id(&world.charge(1, &card("approve")).await);
    let payment_id = PaymentId::from_u128(1);
    assert_eq!(inquiry_words(&world.pagbank.find_charge(&id, payment_id, amount()).await), "AUTHORIZED");
    assert_eq!(inquiry_words(&world.pagbank.find_by_payment(payment_id, amount()).await), "AUTHORIZED");
}

#[tokio::test]
async fn a_charge_of_another_payment_or_amount_is_a_mismatch() {
    let world = world().await;
    let id = charge_id(&world.charge(1, &card("approve")).await);
    let cheaper = Cents::new(1).unwrap();
    for (payment, amount) in [(1, cheaper), (2, amount())] {
        let asked = world.pagbank.find_charge(&id, PaymentId::from_u128(payment), amount).await;
        assert!(inquiry_words(&asked).starts_with("mismatch"), "{asked:?}");
    }
    let asked = world.pagbank.find_by_payment(PaymentId::from_u128(1), cheaper).await;
    assert_eq!(inquiry_words(&asked), "mismatch: amount 15000 instead of 1");
}

#[tokio::test]
async fn what_pagbank_does_not_know_is_none() {
    let world = world().await;
    let unknown = ChargeId("CHAR_UNKNOWN".to_owned());
    let payment_id = PaymentId::from_u128(1);
    assert_eq!(inquiry_words(&world.pagbank.find_charge(&unknown, payment_id, amount()).await), "none");
    assert_eq!(inquiry_words(&world.pagbank.find_by_payment(payment_id, amount()).await), "none");
}

#[tokio::test]
async fn an_id_that_is_a_path_is_not_asked_about() {
    let world = world().await;
    let path = ChargeId("../_simulator/charges".to_owned());
    let asked = world.pagbank.find_charge(&path, PaymentId::from_u128(1), amount()).await;
    assert_eq!(inquiry_words(&asked), "unanswered: this is no id of a charge");
}
