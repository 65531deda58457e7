//! Whatever fails between claim and answer, the next equal request ends as the same payment.

use std::sync::atomic::Ordering;

use gateway_domain::begin::BeginDecision;
use gateway_domain::limits::CLAIM_LEASE_MS;
use serde_json::json;

use super::world::{World, accepted, body, json, orchestrate, pay, queued, world};

/// What dies, how it is brought about, and how many records were queued by then.
type Crash = (&'static str, fn(&World), usize);

/// What fails, and how often the payment is queued in the end.
const CRASHES: [Crash; 2] = [
    ("after the claim", |world| world.log.inner.fail_next(1, "no leader"), 1),
    ("after producing", |world| world.log.lose_acknowledgement.store(true, Ordering::SeqCst), 2),
];

#[tokio::test]
async fn a_retry_goes_on_with_the_same_payment() {
    for (crash, fail, times_queued) in CRASHES {
        for (key, while_leased) in [(None, "duplicate_payment"), (Some("key"), "idempotency_in_flight")] {
            let world = world().await;
            fail(&world);
            let response = pay(&body(), key).send(&world).await;
            let failed = json(&response);
            assert_eq!((response.status, &failed["code"]), (503, &json!("unavailable")), "{crash}");
            assert_eq!(response.headers["retry-after"], "15", "{crash}");
            let early = pay(&body(), key).send(&world).await;
            assert_eq!((early.status, &json(&early)["code"]), (409, &json!(while_leased)), "{crash}");
            world.clock.advance_millis(CLAIM_LEASE_MS);
            let id = accepted(&world, key).await;
            assert_eq!(failed["payment_id"], id.to_string(), "{crash} {key:?}");
            assert!(world.claims.vault.inner.has_card(id), "{crash} {key:?}");
            let queued = queued(&world);
            assert_eq!(queued.len(), times_queued, "{crash} {key:?}");
            assert!(queued.iter().all(|message| *message == queued[0]), "{crash} {key:?}");
            assert_eq!(orchestrate(&world).await[0], BeginDecision::Begin, "{crash} {key:?}");
        }
    }
}

#[tokio::test]
async fn a_retry_that_comes_after_the_payment_has_begun_is_a_replay() {
    let world = world().await;
    world.log.lose_acknowledgement.store(true, Ordering::SeqCst);
    let failed = json(&pay(&body(), Some("key")).send(&world).await);
    orchestrate(&world).await;
    let response = pay(&body(), Some("key")).send(&world).await;
    assert_eq!(response.status, 202, "{}", response.body);
    assert_eq!(response.headers["idempotent-replayed"], "true");
    assert_eq!(json(&response)["id"], failed["payment_id"]);
    assert_eq!(json(&response)["status"], "PROCESSING");
}

#[tokio::test]
async fn a_retry_after_the_reservations_end_leaves_it_to_the_ledger_what_became_of_it() {
    let world = world().await;
    world.log.inner.fail_next(1, "no leader");
    let failed = json(&pay(&body(), Some("key")).send(&world).await);
    world.clock.advance_millis(900_000);
    let id = accepted(&world, Some("key")).await;
    assert_eq!(failed["payment_id"], id.to_string());
    assert_eq!(orchestrate(&world).await, [BeginDecision::Begin], "it was accepted in time, and still held");
}

#[tokio::test]
async fn a_claim_that_was_not_stored_is_in_nobodys_way() {
    for key in [None, Some("key")] {
        let world = world().await;
        world.claims.vault.away.store(true, Ordering::SeqCst);
        let response = pay(&body(), key).send(&world).await;
        assert_eq!((response.status, &json(&response)["code"]), (503, &json!("unavailable")));
        assert_eq!(queued(&world), [], "{key:?}");
        let id = accepted(&world, key).await;
        assert!(world.claims.vault.inner.has_card(id), "{key:?}");
        assert_eq!(queued(&world).len(), 1, "{key:?}");
    }
}
