//! Repeated requests: refused, replayed, or taken for what they are.

use futures::future::join_all;
use gateway_domain::charge::ChargeId;
use gateway_domain::limits::{CLAIM_LEASE_MS, DUPLICATE_WINDOW_MS, IDEMPOTENCY_WINDOW_MS};
use gateway_domain::{PaymentId, Verdict};
use serde_json::{Value, json};

use super::world::{
    World, accepted, another_reservation, body, json, orchestrate, pay, queued, settle, world,
};

fn declined() -> Verdict {
    Verdict::Declined { charge_id: None, code: "10000".into(), message: "no".into(), card: None }
}

fn authorized() -> Verdict {
    Verdict::Authorized { charge_id: ChargeId("CHAR_1".into()), authorization_code: None, card: None }
}

async fn expect_refused(world: &World, body: &Value, key: Option<&str>, status: u16, code: &str) -> Value {
    let response = pay(body, key).send(world).await;
    let problem = json(&response);
    assert_eq!((response.status, &problem["code"]), (status, &json!(code)), "{problem}");
    problem
}

#[tokio::test]
async fn of_fifty_identical_payments_one_is_accepted() {
    let world = world().await;
    let request = body();
    let answers = join_all((0..50).map(|_| pay(&request, None).send(&world))).await;
    let count = |status| answers.iter().filter(|answer| answer.status == status).count();
    assert_eq!((count(202), count(409)), (1, 49));
    assert_eq!(queued(&world).len(), 1);
}

#[tokio::test]
async fn fifty_repetitions_of_one_key_are_one_payment() {
    let world = world().await;
    let request = body();
    let answers = join_all((0..50).map(|_| pay(&request, Some("key")).send(&world))).await;
    assert!(answers.iter().all(|answer| matches!(answer.status, 202 | 409)));
    assert_eq!(queued(&world).len(), 1);
}

#[tokio::test]
async fn a_duplicate_is_told_which_payment_it_repeats() {
    let world = world().await;
    let id = accepted(&world, None).await;
    for orchestrated in [false, true] {
        if orchestrated {
            orchestrate(&world).await;
        }
        let problem = expect_refused(&world, &body(), None, 409, "duplicate_payment").await;
        assert_eq!(problem["payment_id"], id.to_string(), "{orchestrated}");
        assert!(problem["detail"].as_str().unwrap().contains("Pedido de pagamento recusado"));
    }
    settle(&world, id, authorized()).await;
    expect_refused(&world, &body(), None, 409, "duplicate_payment").await;
    world.clock.advance_millis(DUPLICATE_WINDOW_MS);
    expect_refused(&world, &body(), None, 409, "already_paid").await;
}

#[tokio::test]
async fn after_a_decline_another_card_may_be_tried_at_once() {
    let world = world().await;
    let first = accepted(&world, None).await;
    orchestrate(&world).await;
    settle(&world, first, declined()).await;
    let second = accepted(&world, None).await;
    assert_ne!(first, second);
    expect_refused(&world, &body(), None, 409, "duplicate_payment").await;
}

#[tokio::test]
async fn a_key_replays_the_same_payment_with_its_current_status() {
    let world = world().await;
    let id = accepted(&world, Some("key")).await;
    let replay = async |status: &str| {
        for key in ["key", "\"key\""] {
            let response = pay(&body(), Some(key)).send(&world).await;
            assert_eq!(response.status, 202, "{}", response.body);
            assert_eq!(response.headers["idempotent-replayed"], "true");
            assert_eq!(response.headers["location"], format!("/payments/{id}").as_str());
            assert_eq!(json(&response)["status"], status);
        }
    };
    replay("PENDING").await;
    orchestrate(&world).await;
    replay("PROCESSING").await;
    settle(&world, id, authorized()).await;
    replay("AUTHORIZED").await;
    // Long after the reservation would have expired.
    world.clock.advance_millis(3_600_000);
    replay("AUTHORIZED").await;
    assert_eq!(queued(&world).len(), 1);
}

#[tokio::test]
async fn a_declined_payment_is_replayed_under_its_key_and_paid_anew_under_another() {
    let world = world().await;
    let first = accepted(&world, Some("one")).await;
    orchestrate(&world).await;
    settle(&world, first, declined()).await;
    assert_eq!(accepted(&world, Some("one")).await, first);
    assert_ne!(accepted(&world, Some("two")).await, first);
}

#[tokio::test]
async fn a_key_is_good_for_one_payload() {
    let world = world().await;
    accepted(&world, Some("key")).await;
    for (pointer, value) in
        [("/card/card_number", json!("4929291898380766")), ("/card/card_exp_year", json!(2031))]
    {
        let mut other = body();
        *other.pointer_mut(pointer).unwrap() = value;
        expect_refused(&world, &other, Some("key"), 422, "idempotency_key_reused").await;
    }
    let mut same = body();
    same["card"]["card_number"] = json!("4539 6206 5992 2097");
    same["produto"]["total_price"] = json!("100.0000");
    assert_eq!(pay(&same, Some("key")).send(&world).await.status, 202);
}

#[tokio::test]
async fn a_key_is_its_users_own() {
    let world = world().await;
    let request = pay(&body(), Some("key"));
    assert_eq!(request.clone().user("ana").send(&world).await.status, 202);
    let mut others = body();
    others["produto"]["user_id"] = json!("bia");
    expect_refused(&world, &others, Some("key"), 403, "reservation_not_yours").await;
}

#[tokio::test]
async fn without_a_key_a_lapsed_lease_queues_the_same_payment_again_until_it_has_begun() {
    let world = world().await;
    let id = accepted(&world, None).await;
    world.clock.advance_millis(CLAIM_LEASE_MS);
    assert_eq!(accepted(&world, None).await, id);
    let [first, second]: [_; 2] = queued(&world).try_into().unwrap();
    assert_eq!(first, second, "the record is repeated to the letter");
    orchestrate(&world).await;
    world.clock.advance_millis(CLAIM_LEASE_MS);
    expect_refused(&world, &body(), None, 409, "duplicate_payment").await;
}

#[tokio::test]
async fn another_card_never_rides_on_an_earlier_payments_id() {
    let world = world().await;
    let first: PaymentId = accepted(&world, None).await;
    world.clock.advance_millis(CLAIM_LEASE_MS);
    let mut other = body();
    other["card"]["card_number"] = json!("4929291898380766");
    let response = pay(&other, None).send(&world).await;
    assert_eq!((response.status, json(&response)["card"]["last4"].as_str()), (202, Some("0766")));
    assert_ne!(json(&response)["id"], first.to_string());
}

/// Its payment came to nothing that anybody knows of, and the reservation can still be paid.
#[tokio::test]
async fn a_claim_that_is_forgotten_gives_way_to_a_payment_with_an_id_of_its_own() {
    let world = world().await;
    let first = accepted(&world, None).await;
    world.clock.advance_millis(DUPLICATE_WINDOW_MS - 1);
    assert_eq!(accepted(&world, None).await, first, "taken over, which starts the window anew");
    world.clock.advance_millis(DUPLICATE_WINDOW_MS);
    let second = accepted(&world, None).await;
    assert_ne!(second, first);
    expect_refused(&world, &body(), None, 409, "duplicate_payment").await;
    assert!(world.claims.vault.inner.has_card(first) && world.claims.vault.inner.has_card(second));
}

#[tokio::test]
async fn a_key_may_be_used_anew_when_it_is_forgotten() {
    let world = world().await;
    let first = accepted(&world, Some("key")).await;
    orchestrate(&world).await;
    settle(&world, first, declined()).await;
    world.clock.advance_millis(IDEMPOTENCY_WINDOW_MS - 1);
    let other = another_reservation(&world).await;
    let again = pay(&other, Some("key")).send(&world).await;
    assert_eq!((again.status, &json(&again)["code"]), (422, &json!("idempotency_key_reused")));
    world.clock.advance_millis(1);
    let anew = pay(&other, Some("key")).send(&world).await;
    assert_eq!(anew.status, 202, "{}", anew.body);
    assert_ne!(json(&anew)["id"], first.to_string());
}
