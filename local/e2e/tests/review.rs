//! Payments under review, ended by asking and by an admin.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests fail by panicking")]

use e2e::{SOON, Shop, eventually, ledger, psp};
use gateway_edge::SystemClock;
use gateway_ports::Clock as _;
use harness::card;
use serde_json::{Value, json};

/// Nobody asks about a payment that is asked about in the future.
const AN_HOUR_MS: i64 = 3_600_000;

/// A payment under review whose charge the PSP has authorized and told nobody; its id and reservation.
async fn under_review(shop: &Shop, asked_at_ms: i64) -> (String, String) {
    let reservation_id = shop.reserve().await;
    let payment_id = shop.pay(&reservation_id, card::ANALYSIS_SILENT).await;
    shop.gateway.await_payment(&payment_id, Some("IN_ANALYSIS"), SOON).await.unwrap();
    ledger::put_under_review(&ledger::connect(&shop.endpoints).await, &payment_id, asked_at_ms).await;
    eventually("the PSP's approval", async || {
        (psp::authorized(&shop.endpoints, &payment_id).await == 1).then_some(())
    })
    .await;
    (payment_id, reservation_id)
}

fn told_by<'a>(payment: &'a Value, step: &str) -> Vec<&'a str> {
    let events = payment["events"].as_array().unwrap().iter();
    events.filter(|event| event["step"] == step).filter_map(|event| event["event"].as_str()).collect()
}

#[tokio::test]
async fn the_schedule_asks_about_a_payment_under_review_and_settles_it() {
    let shop = Shop::open(1).await;
    let (payment_id, reservation_id) = under_review(&shop, 1).await;
    let payment = shop.gateway.await_payment(&payment_id, None, SOON * 2).await.unwrap();
    assert_eq!(payment["status"], "AUTHORIZED", "{payment}");
    assert!(!told_by(&payment, "review-payments").is_empty(), "{payment}");
    assert_eq!(shop.reservation_status(&reservation_id).await, "CONFIRMED");
}

#[tokio::test]
async fn an_admins_word_never_contradicts_the_psp_and_a_charge_can_be_voided() {
    let shop = Shop::open(2).await;
    let admin = shop.gateway.as_admin();
    let later = SystemClock.now().as_millis() + AN_HOUR_MS;
    // A void is written down before the PSP is asked for it.
    let (decided, voided): (&[&str], &[&str]) = (&["AUTHORIZED"], &["IN_REVIEW", "VOIDED"]);
    for (resolution, answer, status, stock, told) in
        [("failed", 409, "AUTHORIZED", "CONFIRMED", decided), ("voided", 200, "VOIDED", "HELD", voided)]
    {
        let (payment_id, reservation_id) = under_review(&shop, later).await;
        let claim = json!({ "resolution": resolution, "reason": "seen in the back office" });
        let answered = admin.post(&format!("/payments/{payment_id}/review"), &claim).await.unwrap();
        assert_eq!(answered.status, answer, "{}", answered.body);
        let payment = shop.gateway.payment(&payment_id).await.unwrap();
        assert_eq!(payment["status"], status, "{payment}");
        assert_eq!(told_by(&payment, "review-payments"), told, "{payment}");
        assert_eq!(shop.reservation_status(&reservation_id).await, stock);
        assert_eq!(psp::authorized(&shop.endpoints, &payment_id).await, usize::from(status == "AUTHORIZED"));
    }
    let ledger = ledger::connect(&shop.endpoints).await;
    assert_eq!(ledger::stock_drift(&ledger, &shop.item.product_id).await, 0);
}
