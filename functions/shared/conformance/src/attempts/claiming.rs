//! Claiming attempts: one holder at a time, and doubt that is never lost.

use std::sync::Arc;

use gateway_domain::charge::Certainty;
use gateway_ports::attempts::{AttemptClaim, Recorded};
use tokio::task::JoinSet;

use super::{
    CARD_LIFE_MS, LEASE_MS, Payments, RACERS, authorized, claim, claimed, failure, fresh_payment, name, now,
    put,
};

/// And all the others are busy.
pub async fn one_of_many_racing_claims_of_an_attempt_wins<S: Payments + 'static>(store: S) {
    let (store, now) = (Arc::new(store), now());
    let id = put(&*store, now).await;
    let mut racing = JoinSet::new();
    for _ in 0..RACERS {
        let store = Arc::clone(&store);
        racing.spawn(async move { claim(&*store, id, 1, now).await });
    }
    let answers = racing.join_all().await;
    let winners = answers.iter().filter(|answer| matches!(answer, AttemptClaim::Claimed(_))).count();
    let busy = answers.iter().filter(|answer| matches!(answer, AttemptClaim::Busy { .. })).count();
    assert_eq!((winners, busy), (1, RACERS - 1));
}

/// Of the same attempt and of the next, to the last millisecond.
pub async fn a_live_lease_keeps_everybody_else_out(store: impl Payments) {
    let now = now();
    let id = put(&store, now).await;
    assert_eq!(name(&claim(&store, id, 1, now).await), "claimed fence=1 may_be_charged=false");
    let busy = format!("busy until {}", now.plus_millis(LEASE_MS));
    for attempt in [1, 2] {
        assert_eq!(name(&claim(&store, id, attempt, now.plus_millis(LEASE_MS - 1)).await), busy);
    }
}

/// The holder may have called the PSP before it died.
pub async fn a_lapsed_lease_is_taken_over_and_the_charge_may_exist(store: impl Payments) {
    let now = now();
    let id = put(&store, now).await;
    claimed(&store, id, 1, now).await;
    let lapsed = now.plus_millis(LEASE_MS);
    assert_eq!(name(&claim(&store, id, 1, lapsed).await), "claimed fence=2 may_be_charged=true");
    assert!(name(&claim(&store, id, 1, lapsed).await).starts_with("busy"));
}

/// The dispatcher may send the next attempt before the first is redelivered.
pub async fn a_newer_attempt_takes_over_a_lapsed_lease_too(store: impl Payments) {
    let now = now();
    let id = put(&store, now).await;
    claimed(&store, id, 1, now).await;
    let answer = claim(&store, id, 3, now.plus_millis(LEASE_MS)).await;
    assert_eq!(name(&answer), "claimed fence=2 may_be_charged=true");
}

/// Whether the newer one is at work, lapsed or over.
pub async fn an_older_attempt_is_superseded(store: impl Payments) {
    let now = now();
    let id = put(&store, now).await;
    let fence = claimed(&store, id, 2, now).await.fence;
    assert_eq!(name(&claim(&store, id, 1, now).await), "superseded");
    assert_eq!(name(&claim(&store, id, 1, now.plus_millis(LEASE_MS)).await), "superseded");
    store.record_failure(id, fence, &failure(Certainty::Unknown)).await.unwrap();
    assert_eq!(name(&claim(&store, id, 1, now).await), "superseded");
    store.record_learned(id, &authorized(id)).await.unwrap();
    assert_eq!(name(&claim(&store, id, 1, now).await), format!("decided {:?}", authorized(id)));
}

/// Also after the card's end: telling needs no card.
pub async fn a_failed_attempt_is_told_again(store: impl Payments) {
    let now = now();
    let id = put(&store, now).await;
    let fence = claimed(&store, id, 1, now).await.fence;
    let failed = failure(Certainty::Unknown);
    assert_eq!(store.record_failure(id, fence, &failed).await.unwrap(), Recorded::Stands);
    for at in [now, now.plus_millis(LEASE_MS), now.plus_millis(CARD_LIFE_MS)] {
        assert_eq!(name(&claim(&store, id, 1, at).await), format!("failed {failed:?}"));
    }
}

/// The next attempt need not wait for the lease either.
pub async fn a_sure_failure_leaves_no_doubt_for_the_next_attempt(store: impl Payments) {
    let now = now();
    let id = put(&store, now).await;
    for attempt in 1..=3 {
        let answer = claim(&store, id, attempt, now).await;
        assert_eq!(name(&answer), format!("claimed fence={attempt} may_be_charged=false"));
        store.record_failure(id, u64::from(attempt), &failure(Certainty::NotCharged)).await.unwrap();
    }
    store.erase(id).await.unwrap();
    assert_eq!(name(&claim(&store, id, 4, now).await), "card gone may_be_charged=false");
}

/// A later sure failure does not say anything about the earlier call.
pub async fn an_unknown_failure_leaves_doubt_for_ever(store: impl Payments) {
    let now = now();
    let id = put(&store, now).await;
    claimed(&store, id, 1, now).await;
    store.record_failure(id, 1, &failure(Certainty::Unknown)).await.unwrap();
    assert_eq!(name(&claim(&store, id, 2, now).await), "claimed fence=2 may_be_charged=true");
    store.record_failure(id, 2, &failure(Certainty::NotCharged)).await.unwrap();
    assert_eq!(name(&claim(&store, id, 3, now).await), "claimed fence=3 may_be_charged=true");
    store.record_failure(id, 3, &failure(Certainty::NotCharged)).await.unwrap();
    let expired = now.plus_millis(CARD_LIFE_MS);
    assert_eq!(name(&claim(&store, id, 4, expired).await), "card gone may_be_charged=true");
}

/// Whether or not the store has deleted it by then.
pub async fn an_expired_card_is_gone_at_that_very_moment(store: impl Payments) {
    let now = now();
    let id = put(&store, now).await;
    let expiry = now.plus_millis(CARD_LIFE_MS);
    assert_eq!(name(&claim(&store, id, 1, expiry).await), "card gone may_be_charged=false");
    let answer = claim(&store, id, 1, expiry.plus_millis(-1)).await;
    assert_eq!(name(&answer), "claimed fence=1 may_be_charged=false");
}

/// Its item may have been deleted after its time: only the PSP can say.
pub async fn a_payment_nobody_knows_may_be_charged(store: impl Payments) {
    let id = fresh_payment(now()).payment_id;
    assert_eq!(name(&claim(&store, id, 1, now()).await), "card gone may_be_charged=true");
    let recorded = store.record_failure(id, 1, &failure(Certainty::Unknown)).await.unwrap();
    assert_eq!(recorded, Recorded::Stands);
    assert_eq!(store.pending(id).await.unwrap(), None);
}
