//! Voiding what must not be.

use gateway_domain::charge::ChargeId;
use gateway_domain::{Cents, PaymentId};
use gateway_ports::provider::{CancelOutcome, PaymentProvider as _};

use crate::world::{amount, card, charge_id, inquiry_words, world};

#[tokio::test]
async fn an_authorisation_is_cancelled_once_and_again() {
    let world = world().await;
    let id = charge_id(&world.charge(1, &card("approve")).await);
    for time in 0..2 {
        assert_eq!(world.pagbank.cancel(&id, amount()).await, CancelOutcome::Cancelled, "time {time}");
    }
    let asked = world.pagbank.find_charge(&id, PaymentId::from_u128(1), amount()).await;
    assert_eq!(inquiry_words(&asked), "DECLINED", "no money is held");
}

#[tokio::test]
async fn what_another_cancelled_counts_as_cancelled() {
    let world = world().await;
    let id = charge_id(&world.charge(1, &card("approve")).await);
    let url = format!("{}/charges/{}/cancel", world.psp.url(), id.0);
    let call = reqwest::Client::new().post(url).bearer_auth(psp_simulator::Options::default().token);
    call.body(r#"{"amount":{"value":15000}}"#).send().await.unwrap().error_for_status().unwrap();
    assert_eq!(world.pagbank.cancel(&id, amount()).await, CancelOutcome::Cancelled);
}

#[tokio::test]
async fn what_holds_no_money_counts_as_cancelled() {
    let world = world().await;
    let id = charge_id(&world.charge(1, &card("visa-declined")).await);
    assert_eq!(world.pagbank.cancel(&id, amount()).await, CancelOutcome::Cancelled);
}

#[tokio::test]
async fn a_charge_of_another_amount_is_cancelled_as_a_whole() {
    for cents in [1, 14_999, 15_001] {
        let world = world().await;
        let id = charge_id(&world.charge(1, &card("approve")).await);
        let outcome = world.pagbank.cancel(&id, Cents::new(cents).unwrap()).await;
        assert_eq!(outcome, CancelOutcome::Cancelled, "{cents}");
        let asked = world.pagbank.find_charge(&id, PaymentId::from_u128(1), amount()).await;
        assert_eq!(inquiry_words(&asked), "DECLINED", "no money is held");
    }
}

#[tokio::test]
async fn an_unknown_charge_is_refused() {
    let world = world().await;
    let outcome = world.pagbank.cancel(&ChargeId("CHAR_UNKNOWN".to_owned()), amount()).await;
    assert!(matches!(outcome, CancelOutcome::Refused { .. }), "{outcome:?}");
}
