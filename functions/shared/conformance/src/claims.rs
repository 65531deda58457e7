//! What every adapter of the `claims` ports does.
//!
//! Each function is one behaviour; [`claims_suite!`](crate::claims_suite) makes a test of each. All
//! use fresh keys, so that a shared table that is not empty will do.

use std::ops::Deref;
use std::sync::Arc;

use gateway_domain::claim::Claim;
use gateway_domain::{Money, PaymentId, ReservationId, Timestamp, UserId};
use gateway_ports::attempts::{AttemptClaim, NewPaymentItem};
use gateway_ports::claims::{ClaimKey, ClaimOutcome, ClaimRequest, NewPayment, PaymentClaims};
use tokio::task::JoinSet;

use crate::attempts::{self, Payments, fresh_payment, raw_card};
use crate::fresh;

/// How many race for one thing.
pub const RACERS: usize = 20;
const LEASE_MS: i64 = 15_000;
const LIFE_MS: i64 = 120_000;

/// Makes one test of each behaviour of claims and the payments stored with them, on the claims and the
/// payments that the expression's future gives.
#[macro_export]
macro_rules! claimed_payments_suite {
    ($stores:expr) => {
        $crate::behaviours! { $stores; claims =>
            a_claim_brings_its_payment,
            a_refused_claim_leaves_no_payment,
            one_of_many_racing_claims_brings_its_payment,
            a_replacement_brings_its_payment,
            a_refused_replacement_leaves_no_payment,
        }
    };
}

/// Makes one test of each behaviour, on the store that the expression's future gives.
#[macro_export]
macro_rules! claims_suite {
    ($store:expr) => {
        $crate::behaviours! { $store; claims =>
            a_free_key_is_claimed_once,
            a_claim_can_be_found,
            each_user_has_their_own_keys,
            one_of_many_racing_claims_wins,
            one_of_many_equal_claims_of_one_moment_wins,
            what_nobody_claims_any_more_can_be_taken_over_and_replaced,
            a_replacement_under_the_keys_own_id_is_refused,
            a_forgotten_claim_is_told_and_can_be_replaced,
            a_claim_under_another_id_than_the_keys_is_refused,
            a_completed_claim_says_so,
            completing_for_another_payment_changes_nothing,
            a_lapsed_claim_is_taken_over_with_its_payment,
            one_of_many_racing_take_overs_wins,
            a_claim_that_changed_meanwhile_is_not_taken_over,
            a_claim_whose_payment_came_to_nothing_is_replaced,
        }
    };
}

/// A key that nobody has used.
#[must_use]
pub fn fresh_key() -> ClaimKey {
    ClaimKey::Idempotency { user: user("ana"), key: format!("{:032x}", fresh::bits()) }
}

fn user(name: &str) -> UserId {
    UserId::new(name).ok().unwrap()
}

fn request(key: &ClaimKey, now: Timestamp) -> ClaimRequest {
    ClaimRequest {
        key: key.clone(),
        payment_id: key.payment_id(now),
        fingerprint: [7; 32],
        now,
        lease_until: now.plus_millis(LEASE_MS),
        expires_at: now.plus_millis(LIFE_MS),
    }
}

/// Requests of the same moment, but for the milliseconds that tell their ids apart.
fn racers(key: &ClaimKey, now: Timestamp) -> Vec<ClaimRequest> {
    (0..).take(RACERS).map(|millis| request(key, now.plus_millis(millis))).collect()
}

/// The same for a payment with an id of its own, as where an earlier one came to nothing.
fn another(key: &ClaimKey, now: Timestamp) -> ClaimRequest {
    ClaimRequest { payment_id: PaymentId::from_u128(fresh::bits()), ..request(key, now) }
}

fn item_of(request: &ClaimRequest) -> NewPaymentItem {
    let reservation_id = ReservationId::from_u128(request.payment_id.to_u128());
    NewPaymentItem { payment_id: request.payment_id, reservation_id, ..fresh_payment(request.now) }
}

async fn claim(store: &impl PaymentClaims, request: &ClaimRequest) -> ClaimOutcome {
    store.claim(request, NewPayment { item: &item_of(request), card: &raw_card() }).await.unwrap()
}

async fn replace(store: &impl PaymentClaims, earlier: &Claim, request: &ClaimRequest) -> ClaimOutcome {
    let payment = NewPayment { item: &item_of(request), card: &raw_card() };
    store.replace(earlier, request, payment).await.unwrap()
}

/// Whether the payment is there with its card.
async fn has_card(payments: &impl Payments, request: &ClaimRequest) -> bool {
    let known = payments.pending(request.payment_id).await.unwrap().is_some();
    let card = attempts::claim(payments, request.payment_id, 1, request.now).await;
    let card = matches!(card, AttemptClaim::Claimed(_));
    assert_eq!(known, card, "an item without its card");
    card
}

/// What a store is to tell of a request that has claimed.
#[must_use]
pub fn claim_of(request: &ClaimRequest) -> Claim {
    Claim {
        payment_id: request.payment_id,
        fingerprint: request.fingerprint,
        completed: false,
        lease_until: request.lease_until,
        forgotten_at: request.expires_at,
    }
}

/// The second one is told of the first.
pub async fn a_free_key_is_claimed_once(store: impl PaymentClaims) {
    let (key, now) = (fresh_key(), fresh::now());
    let first = request(&key, now);
    assert_eq!(claim(&store, &first).await, ClaimOutcome::Claimed);
    let second = request(&key, now.plus_millis(1));
    assert_eq!(claim(&store, &second).await, ClaimOutcome::Taken(claim_of(&first)));
}

/// With everything that the rules need to know of it.
pub async fn a_claim_can_be_found(store: impl PaymentClaims) {
    let (key, now) = (fresh_key(), fresh::now());
    assert_eq!(store.find(&key).await.unwrap(), None);
    let first = request(&key, now);
    claim(&store, &first).await;
    assert_eq!(store.find(&key).await.unwrap(), Some(claim_of(&first)));
}

/// Neither another user nor another amount meets the claim.
pub async fn each_user_has_their_own_keys(store: impl PaymentClaims) {
    let now = fresh::now();
    let reservation = ReservationId::from_u128(fresh::bits());
    let payment = |name: &str, units| ClaimKey::Payment {
        user: user(name),
        reservation,
        amount: Money::from_units(units),
    };
    for key in [payment("ana", 100), payment("bia", 100), payment("ana", 200)] {
        assert_eq!(claim(&store, &request(&key, now)).await, ClaimOutcome::Claimed, "{key:?}");
    }
    let again = claim(&store, &request(&payment("ana", 100), now)).await;
    assert!(matches!(again, ClaimOutcome::Taken(_)));
}

/// And all the others are told of the winner.
pub async fn one_of_many_racing_claims_wins<S: PaymentClaims + 'static>(store: S) {
    let (key, now) = (fresh_key(), fresh::now());
    let requests = racers(&key, now);
    let (winners, losers) =
        race(store, requests, |store, request| async move { claim(&*store, &request).await }).await;
    assert_eq!(winners.len(), 1);
    assert!(losers.iter().all(|claim| *claim == claim_of(&winners[0])));
}

/// They even have one payment's id.
pub async fn one_of_many_equal_claims_of_one_moment_wins<S: PaymentClaims + 'static>(store: S) {
    let first = request(&fresh_key(), fresh::now());
    let requests = vec![first.clone(); RACERS];
    let (winners, losers) =
        race(store, requests, |store, request| async move { claim(&*store, &request).await }).await;
    assert_eq!(winners.len(), 1);
    assert!(losers.iter().all(|claim| *claim == claim_of(&first)));
}

/// The store has tidied the claim up since it was looked at.
pub async fn what_nobody_claims_any_more_can_be_taken_over_and_replaced(store: impl PaymentClaims) {
    let now = fresh::now();
    for is_replaced in [false, true] {
        let key = fresh_key();
        let gone = claim_of(&request(&key, now.plus_millis(-LIFE_MS)));
        let next = if is_replaced {
            another(&key, now)
        } else {
            ClaimRequest { payment_id: gone.payment_id, ..request(&key, now) }
        };
        let outcome = if is_replaced {
            replace(&store, &gone, &next).await
        } else {
            store.take_over(&gone, &next).await.unwrap()
        };
        assert_eq!(outcome, ClaimOutcome::Claimed);
        assert_eq!(store.find(&key).await.unwrap(), Some(claim_of(&next)));
        let late = claim(&store, &request(&key, now.plus_millis(1))).await;
        assert_eq!(late, ClaimOutcome::Taken(claim_of(&next)));
    }
}

/// It may be the earlier payment's.
pub async fn a_replacement_under_the_keys_own_id_is_refused(store: impl PaymentClaims) {
    let (key, now) = (fresh_key(), fresh::now());
    let (first, second) = (request(&key, now), request(&key, now.plus_millis(1)));
    claim(&store, &first).await;
    let payment = NewPayment { item: &item_of(&second), card: &raw_card() };
    let refused = store.replace(&claim_of(&first), &second, payment).await;
    assert!(refused.is_err_and(|error| !error.is_transient()));
    assert_eq!(store.find(&key).await.unwrap(), Some(claim_of(&first)));
}

/// What is forgotten is the rules' to say: the store only tells when.
pub async fn a_forgotten_claim_is_told_and_can_be_replaced(store: impl PaymentClaims) {
    let (key, now) = (fresh_key(), fresh::now());
    let first = request(&key, now);
    claim(&store, &first).await;
    let late = request(&key, first.expires_at.plus_millis(1));
    assert_eq!(claim(&store, &late).await, ClaimOutcome::Taken(claim_of(&first)));
    let anew = another(&key, late.now);
    assert_eq!(replace(&store, &claim_of(&first), &anew).await, ClaimOutcome::Claimed);
    assert_eq!(store.find(&key).await.unwrap(), Some(claim_of(&anew)));
    assert_eq!(claim(&store, &late).await, ClaimOutcome::Taken(claim_of(&anew)));
}

/// It would not be found again.
pub async fn a_claim_under_another_id_than_the_keys_is_refused(store: impl PaymentClaims) {
    let stray = another(&fresh_key(), fresh::now());
    let payment = NewPayment { item: &item_of(&stray), card: &raw_card() };
    let refused = store.claim(&stray, payment).await;
    assert!(refused.is_err_and(|error| !error.is_transient()));
    assert_eq!(store.find(&stray.key).await.unwrap(), None);
}

/// Also when it is said twice.
pub async fn a_completed_claim_says_so(store: impl PaymentClaims) {
    let (key, now) = (fresh_key(), fresh::now());
    let first = request(&key, now);
    claim(&store, &first).await;
    store.complete(&key, first.payment_id).await.unwrap();
    store.complete(&key, first.payment_id).await.unwrap();
    let completed = Claim { completed: true, ..claim_of(&first) };
    assert_eq!(store.find(&key).await.unwrap(), Some(completed));
}

/// Nor does completing what nobody claimed.
pub async fn completing_for_another_payment_changes_nothing(store: impl PaymentClaims) {
    let (key, now) = (fresh_key(), fresh::now());
    store.complete(&key, PaymentId::from_u128(1)).await.unwrap();
    assert_eq!(store.find(&key).await.unwrap(), None);
    let first = request(&key, now);
    claim(&store, &first).await;
    store.complete(&key, PaymentId::from_u128(1)).await.unwrap();
    assert_eq!(store.find(&key).await.unwrap(), Some(claim_of(&first)));
}

/// The same payment id under a new lease.
pub async fn a_lapsed_claim_is_taken_over_with_its_payment(store: impl PaymentClaims) {
    let (key, now) = (fresh_key(), fresh::now());
    let first = request(&key, now);
    claim(&store, &first).await;
    let heir = ClaimRequest { payment_id: first.payment_id, ..request(&key, first.lease_until) };
    assert_eq!(store.take_over(&claim_of(&first), &heir).await.unwrap(), ClaimOutcome::Claimed);
    assert_eq!(store.find(&key).await.unwrap(), Some(claim_of(&heir)));
}

/// Even if all of them write the very same claim.
pub async fn one_of_many_racing_take_overs_wins<S: PaymentClaims + 'static>(store: S) {
    let (key, now) = (fresh_key(), fresh::now());
    let first = request(&key, now);
    claim(&store, &first).await;
    let heir = ClaimRequest { payment_id: first.payment_id, ..request(&key, first.lease_until) };
    let earlier = claim_of(&first);
    let (winners, losers) = race(store, vec![heir.clone(); RACERS], move |store, request| {
        let earlier = earlier.clone();
        async move { store.take_over(&earlier, &request).await.unwrap() }
    })
    .await;
    assert_eq!(winners.len(), 1);
    assert!(losers.iter().all(|claim| *claim == claim_of(&heir)));
}

/// It completed, or another has taken it: that one is told.
pub async fn a_claim_that_changed_meanwhile_is_not_taken_over(store: impl PaymentClaims) {
    let (key, now) = (fresh_key(), fresh::now());
    let first = request(&key, now);
    claim(&store, &first).await;
    let seen = claim_of(&first);
    store.complete(&key, first.payment_id).await.unwrap();
    let heir = ClaimRequest { payment_id: first.payment_id, ..request(&key, first.lease_until) };
    let completed = Claim { completed: true, ..seen.clone() };
    assert_eq!(store.take_over(&seen, &heir).await.unwrap(), ClaimOutcome::Taken(completed));
}

/// Under a new payment id; the old one can no longer complete it.
pub async fn a_claim_whose_payment_came_to_nothing_is_replaced(store: impl PaymentClaims) {
    let (key, now) = (fresh_key(), fresh::now());
    let first = request(&key, now);
    claim(&store, &first).await;
    store.complete(&key, first.payment_id).await.unwrap();
    let declined = Claim { completed: true, ..claim_of(&first) };
    let second = another(&key, now.plus_millis(5));
    assert_eq!(replace(&store, &declined, &second).await, ClaimOutcome::Claimed);
    store.complete(&key, first.payment_id).await.unwrap();
    assert_eq!(store.find(&key).await.unwrap(), Some(claim_of(&second)));
}

/// With its card, ready to be charged.
pub async fn a_claim_brings_its_payment(
    (claims, payments): (impl PaymentClaims, impl Deref<Target = impl Payments>),
) {
    let first = request(&fresh_key(), fresh::now());
    assert!(!has_card(&*payments, &first).await);
    claim(&claims, &first).await;
    assert_eq!(payments.pending(first.payment_id).await.unwrap(), Some(item_of(&first)));
    assert!(has_card(&*payments, &first).await);
}

/// The second card is nowhere.
pub async fn a_refused_claim_leaves_no_payment(
    (claims, payments): (impl PaymentClaims, impl Deref<Target = impl Payments>),
) {
    let (key, now) = (fresh_key(), fresh::now());
    let (first, second) = (request(&key, now), request(&key, now.plus_millis(1)));
    claim(&claims, &first).await;
    assert!(matches!(claim(&claims, &second).await, ClaimOutcome::Taken(_)));
    assert!(has_card(&*payments, &first).await && !has_card(&*payments, &second).await);
}

/// Only the winner's card is stored.
pub async fn one_of_many_racing_claims_brings_its_payment<C: PaymentClaims + 'static>(
    (claims, payments): (C, impl Deref<Target = impl Payments>),
) {
    let (key, now) = (fresh_key(), fresh::now());
    let requests = racers(&key, now);
    let claiming = |store: Arc<C>, request| async move { claim(&*store, &request).await };
    let (winners, _) = race(claims, requests.clone(), claiming).await;
    for request in &requests {
        assert_eq!(has_card(&*payments, request).await, winners.contains(request));
    }
}

/// The earlier payment keeps its own: somebody may have begun it.
pub async fn a_replacement_brings_its_payment(
    (claims, payments): (impl PaymentClaims, impl Deref<Target = impl Payments>),
) {
    let (key, now) = (fresh_key(), fresh::now());
    let (first, second) = (request(&key, now), another(&key, now));
    claim(&claims, &first).await;
    assert_eq!(replace(&claims, &claim_of(&first), &second).await, ClaimOutcome::Claimed);
    assert!(has_card(&*payments, &first).await && has_card(&*payments, &second).await);
}

/// The claim has changed since it was looked at.
pub async fn a_refused_replacement_leaves_no_payment(
    (claims, payments): (impl PaymentClaims, impl Deref<Target = impl Payments>),
) {
    let (key, now) = (fresh_key(), fresh::now());
    let (first, second) = (request(&key, now), another(&key, now));
    claim(&claims, &first).await;
    claims.complete(&key, first.payment_id).await.unwrap();
    assert!(matches!(replace(&claims, &claim_of(&first), &second).await, ClaimOutcome::Taken(_)));
    assert!(!has_card(&*payments, &second).await);
}

/// Lets all requests run at once; gives the requests that won and the claims the others were told.
async fn race<S, F, Fut>(store: S, requests: Vec<ClaimRequest>, run: F) -> (Vec<ClaimRequest>, Vec<Claim>)
where
    S: PaymentClaims + 'static,
    F: Fn(Arc<S>, ClaimRequest) -> Fut + Send + 'static,
    Fut: Future<Output = ClaimOutcome> + Send + 'static,
{
    let store = Arc::new(store);
    let mut racing = JoinSet::new();
    for request in requests {
        let outcome = run(Arc::clone(&store), request.clone());
        racing.spawn(async move { (request, outcome.await) });
    }
    let (mut winners, mut losers) = (Vec::new(), Vec::new());
    for (request, outcome) in racing.join_all().await {
        match outcome {
            ClaimOutcome::Claimed => winners.push(request),
            ClaimOutcome::Taken(claim) => losers.push(claim),
        }
    }
    (winners, losers)
}
