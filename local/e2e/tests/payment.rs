//! A payment from the buyer's request to its end.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests fail by panicking")]

use e2e::{SOON, Shop, eventually, ledger, psp, story};
use harness::card;
use serde_json::Value;

#[tokio::test]
async fn an_approved_card_confirms_the_reservation_with_one_charge() {
    let shop = Shop::open(5).await;
    let (payment, reservation_id) = shop.buy(card::APPROVED).await;
    assert_eq!(payment["status"], "AUTHORIZED", "{payment}");
    assert_eq!(story(&payment), ["ACCEPTED", "PROCESSING", "AUTHORIZED"]);
    assert_eq!(shop.reservation_status(&reservation_id).await, "CONFIRMED");
    assert_eq!(shop.available().await, 4);
    let payment_id = payment["id"].as_str().unwrap();
    let charges = psp::charges(&shop.endpoints, payment_id).await;
    assert_eq!(charges.len(), 1, "{charges:?}");
    assert_eq!(charges[0]["amount"]["value"], 1990);
}

#[tokio::test]
async fn a_declined_card_gives_the_reservation_back_and_another_card_may_be_tried_at_once() {
    let shop = Shop::open(5).await;
    let (declined, reservation_id) = shop.buy(card::DECLINED).await;
    assert_eq!(declined["status"], "DECLINED", "{declined}");
    let told = declined["events"].as_array().unwrap().last().unwrap();
    assert_eq!(told["detail"]["why_not_retried"], "declined", "{declined}");
    assert_eq!(told["detail"]["advice"], "call_issuer", "{declined}");
    assert_eq!(shop.reservation_status(&reservation_id).await, "HELD");
    let second = shop.pay(&reservation_id, card::APPROVED).await;
    let paid = shop.gateway.await_payment(&second, None, SOON).await.unwrap();
    assert_eq!(paid["status"], "AUTHORIZED", "{paid}");
    assert_eq!(shop.available().await, 4);
}

#[tokio::test]
async fn a_psp_that_fails_twice_is_asked_again_until_it_answers() {
    let shop = Shop::open(1).await;
    let (payment, _) = shop.buy(card::ERROR_THEN_FINE).await;
    assert_eq!(payment["status"], "AUTHORIZED", "{payment}");
    assert_eq!(payment["attempt"], 3, "{payment}");
    let count = |name| story(&payment).iter().filter(|event| **event == name).count();
    assert_eq!((count("RETRY_SCHEDULED"), count("RETRY_DISPATCHED")), (2, 2), "{payment}");
}

#[tokio::test]
async fn a_psp_that_always_fails_ends_in_the_dead_letters_and_the_stock_comes_back() {
    let shop = Shop::open(3).await;
    let (payment, reservation_id) = shop.buy(card::ALWAYS_ERROR).await;
    let payment_id = payment["id"].as_str().unwrap();
    assert_eq!(payment["status"], "FAILED", "{payment}");
    assert_eq!(payment["attempt"], 6, "one attempt and five retries: {payment}");
    assert_eq!(psp::charges(&shop.endpoints, payment_id).await.len(), 0);
    assert_eq!(shop.reservation_status(&reservation_id).await, "HELD");
    let letter = dead_letter(&shop, payment_id).await;
    assert_eq!(letter["cause"]["code"], "attempts_exhausted", "{letter}");
    assert_eq!(letter["resolution"], "failed", "{letter}");
    shop.gateway.delete(&format!("/reservations/{reservation_id}")).await.unwrap().expect(204).unwrap();
    assert_eq!(shop.available().await, 3);
}

async fn dead_letter(shop: &Shop, payment_id: &str) -> Value {
    eventually("the dead letter", async || {
        let list = shop.gateway.as_admin().get("/dead-letters").await.unwrap().expect(200).unwrap();
        list["items"].as_array().unwrap().iter().find(|letter| letter["payment_id"] == payment_id).cloned()
    })
    .await
}

#[tokio::test]
async fn a_lost_answer_never_leads_to_a_second_charge() {
    for card in [card::ANSWER_LOST, card::UNREADABLE, card::ANSWER_ALWAYS_LOST] {
        let shop = Shop::open(1).await;
        let (payment, _) = shop.buy(card).await;
        assert_eq!(payment["status"], "AUTHORIZED", "{card:?}: {payment}");
        let payment_id = payment["id"].as_str().unwrap();
        assert_eq!(psp::authorized(&shop.endpoints, payment_id).await, 1, "{card:?}");
    }
}

#[tokio::test]
async fn a_charge_in_analysis_is_settled_by_the_webhook() {
    for (card, status) in [(card::ANALYSIS_APPROVED, "AUTHORIZED"), (card::ANALYSIS_DECLINED, "DECLINED")] {
        let shop = Shop::open(1).await;
        let reservation_id = shop.reserve().await;
        let payment_id = shop.pay(&reservation_id, card).await;
        shop.gateway.await_payment(&payment_id, Some("IN_ANALYSIS"), SOON).await.unwrap();
        assert_eq!(shop.reservation_status(&reservation_id).await, "PAYING");
        let payment = shop.gateway.await_payment(&payment_id, None, SOON).await.unwrap();
        assert_eq!(payment["status"], status, "{payment}");
    }
}

#[tokio::test]
async fn whatever_happens_to_payments_the_stock_adds_up() {
    let shop = Shop::open(10).await;
    for card in [card::APPROVED, card::DECLINED, card::THROTTLED_THEN_FINE, card::ALWAYS_CLOSED] {
        shop.buy(card).await;
    }
    let ledger = ledger::connect(&shop.endpoints).await;
    assert_eq!(ledger::stock_drift(&ledger, &shop.item.product_id).await, 0);
}
