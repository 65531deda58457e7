//! Dispatching retries and asking about stuck payments.

use futures::future::join_all;
use gateway_domain::charge::{ChargeId, Verdict};
use gateway_domain::retry::RetryPolicy;
use gateway_domain::{PaymentId, PaymentStatus, Timestamp};
use gateway_ports::ledger::DueAttempt;

use super::world::authorized;
use super::{Ledger, World};

const AT_ONCE: u32 = 50;
const LEASE_MS: i64 = 10_000;
/// When the first retry of a payment that failed at 4,000 is due.
const DUE_MS: i64 = 24_000;

/// A payment whose first attempt failed.
async fn scheduled<L: Ledger>(world: &World<'_, L>) -> PaymentId {
    let id = world.begun().await.payment_id.unwrap();
    let failed = [world.failure(id, 1, world.at(4_000))];
    world.ledger.schedule(&failed, &RetryPolicy::default(), world.at(5_000)).await.unwrap();
    id
}

/// All that is due, whosever it is, in the order given.
async fn take_due<L: Ledger>(world: &World<'_, L>, now: Timestamp) -> Vec<DueAttempt> {
    let mut taken = Vec::new();
    loop {
        let batch = world.ledger.take_due(now, LEASE_MS, AT_ONCE).await.unwrap();
        assert!(batch.len() <= AT_ONCE as usize);
        if batch.is_empty() {
            return taken;
        }
        taken.extend(batch);
    }
}

/// What has been stuck since, of this payment.
async fn take_stuck<L: Ledger>(
    world: &World<'_, L>,
    id: PaymentId,
    since: Timestamp,
    now: Timestamp,
) -> Option<DueAttempt> {
    let mut found = None;
    loop {
        let batch = world.ledger.take_stuck(since, now, LEASE_MS, AT_ONCE).await.unwrap();
        if batch.is_empty() {
            return found;
        }
        found = found.or(batch.into_iter().find(|attempt| attempt.payment_id == id));
    }
}

fn of(taken: Vec<DueAttempt>, id: PaymentId) -> Option<DueAttempt> {
    taken.into_iter().find(|attempt| attempt.payment_id == id)
}

/// Again only when the lease has lapsed.
pub async fn a_retry_is_taken_when_due_under_a_lease<L: Ledger>(world: &World<'_, L>) {
    let id = scheduled(world).await;
    let payment = world.payment(id).await;
    assert_eq!(of(take_due(world, world.at(DUE_MS - 1)).await, id), None);
    let expected = DueAttempt {
        payment_id: id,
        reservation_id: payment.reservation_id,
        amount: payment.amount,
        attempt: 2,
        accepted_at: payment.accepted_at,
        trace: Some(World::<L>::trace_of(id).at(2)),
    };
    assert_eq!(of(take_due(world, world.at(DUE_MS)).await, id), Some(expected.clone()));
    assert_eq!(of(take_due(world, world.at(DUE_MS + LEASE_MS - 1)).await, id), None);
    assert_eq!(of(take_due(world, world.at(DUE_MS + LEASE_MS)).await, id), Some(expected));
    assert_eq!(world.payment(id).await, payment);
}

/// With the next number, once.
pub async fn a_dispatched_retry_is_under_way_again<L: Ledger>(world: &World<'_, L>) {
    let id = scheduled(world).await;
    let sent = [of(take_due(world, world.at(DUE_MS)).await, id).unwrap()];
    for _ in 0..2 {
        world.ledger.mark_dispatched(&sent, world.at(DUE_MS + 5)).await.unwrap();
        let payment = world.payment(id).await;
        assert_eq!((payment.status, payment.attempt), (PaymentStatus::Processing, 2));
        assert_eq!((payment.next_attempt_at, payment.version), (None, 3));
        assert_eq!(world.story(id).await[4..], ["RETRY_DISPATCHED"]);
    }
    assert_eq!(of(take_due(world, world.at(DUE_MS + LEASE_MS)).await, id), None);
    let failed = [world.failure(id, 2, world.at(30_000))];
    world.ledger.schedule(&failed, &RetryPolicy::default(), world.at(30_000)).await.unwrap();
    assert_eq!(of(take_due(world, world.at(90_000)).await, id).unwrap().attempt, 3);
    world.ledger.mark_dispatched(&[], world.start).await.unwrap();
}

/// From where its last record stood, as it came; a payment that nobody knows has none.
pub async fn a_payments_trace_goes_on_from_its_last_failure<L: Ledger>(world: &World<'_, L>) {
    let id = world.begun().await.payment_id.unwrap();
    let began = World::<L>::trace_of(id);
    assert_eq!(world.ledger.trace(id).await.unwrap(), Some(began.clone()));
    let mut failed = [world.failure(id, 1, world.at(4_000))];
    world.ledger.schedule(&failed, &RetryPolicy::default(), world.at(5_000)).await.unwrap();
    assert_eq!(world.ledger.trace(id).await.unwrap(), Some(began.at(2)));
    failed[0].trace = None;
    failed[0].failed.attempt = 2;
    world.ledger.schedule(&failed, &RetryPolicy::default(), world.at(40_000)).await.unwrap();
    assert_eq!(world.ledger.trace(id).await.unwrap(), Some(began.at(2)), "kept where none came");
    assert_eq!(world.ledger.trace(PaymentId::from_u128(world.id())).await.unwrap(), None);
}

/// The verdict overtook the dispatcher.
pub async fn what_moved_on_meanwhile_stays_as_it_is<L: Ledger>(world: &World<'_, L>) {
    let id = scheduled(world).await;
    let sent = [of(take_due(world, world.at(DUE_MS)).await, id).unwrap()];
    let mut verdict = world.verdict(id, authorized("CHAR_1"));
    verdict.attempt = 2;
    world.settle(&verdict).await;
    let settled = world.payment(id).await;
    assert_eq!((settled.status, settled.attempt), (PaymentStatus::Authorized, 2));
    assert_eq!(world.story(id).await[4..], ["RETRY_DISPATCHED", "AUTHORIZED"], "told all the same");
    world.ledger.mark_dispatched(&sent, world.at(DUE_MS + 5)).await.unwrap();
    assert_eq!(world.payment(id).await, settled);
    assert_eq!(world.story(id).await.len(), 6);
    assert_eq!(of(take_due(world, world.at(DUE_MS + LEASE_MS)).await, id), None);
}

/// The next failure overtook the dispatcher: the story tells each attempt's sending once, in its place.
pub async fn a_retry_that_fails_before_it_is_marked_was_dispatched_all_the_same<L: Ledger>(
    world: &World<'_, L>,
) {
    let id = scheduled(world).await;
    let sent = [of(take_due(world, world.at(DUE_MS)).await, id).unwrap()];
    let failed = [world.failure(id, 2, world.at(DUE_MS + 3))];
    for _ in 0..2 {
        world.ledger.schedule(&failed, &RetryPolicy::default(), world.at(DUE_MS + 4)).await.unwrap();
        world.ledger.mark_dispatched(&sent, world.at(DUE_MS + 5)).await.unwrap();
        assert_eq!(world.story(id).await[4..], ["RETRY_DISPATCHED", "ATTEMPT_FAILED", "RETRY_SCHEDULED"]);
    }
    let events = world.ledger.timeline(id).await.unwrap();
    assert_eq!((events[4].at, events[4].attempt), (world.at(DUE_MS), 2), "it was due then");
    let last = RetryPolicy { retries_max: 2, ..RetryPolicy::default() };
    world.ledger.schedule(&[world.failure(id, 3, world.at(90_000))], &last, world.at(90_000)).await.unwrap();
    assert_eq!(world.story(id).await[7..], ["RETRY_DISPATCHED", "ATTEMPT_FAILED", "RETRIES_EXHAUSTED"]);
    assert_eq!(world.payment(id).await.attempt, 3);
}

/// Under the number it has; then the silence is counted anew.
pub async fn a_silent_payment_is_asked_about_and_then_waited_for<L: Ledger>(world: &World<'_, L>) {
    let processing = world.begun().await.payment_id.unwrap();
    let analysed = world.begun().await.payment_id.unwrap();
    let verdict = Verdict::InAnalysis { charge_id: ChargeId("CHAR_1".into()), card: None };
    world.settle(&world.verdict(analysed, verdict)).await;
    let waiting = scheduled(world).await;
    for (id, silent_since, now) in [(processing, 2_000, 200_000), (analysed, 3_000, 400_000)] {
        let (payment, now) = (world.payment(id).await, world.at(now));
        assert_eq!(take_stuck(world, id, world.at(silent_since - 1), now).await, None);
        let stuck = take_stuck(world, id, world.at(silent_since), now).await.unwrap();
        assert_eq!(stuck.attempt, 1);
        assert_eq!(stuck.trace, Some(World::<L>::trace_of(id)));
        assert_eq!(take_stuck(world, id, world.at(silent_since), now).await, None);
        world.ledger.mark_dispatched(&[stuck], now).await.unwrap();
        assert_eq!(world.payment(id).await, payment);
        let later = now.plus_millis(1_000);
        assert_eq!(take_stuck(world, id, now.plus_millis(-1), later).await, None);
        assert!(take_stuck(world, id, now, later).await.is_some());
    }
    let now = world.at(900_000);
    assert_eq!(take_stuck(world, waiting, now, now).await, None);
}

/// Each due payment goes to one of them.
pub async fn overlapping_takes_share_nothing<L: Ledger>(world: &World<'_, L>) {
    let mut ids = Vec::new();
    for _ in 0..24 {
        ids.push(scheduled(world).await);
    }
    let taken = join_all((0..8).map(|_| take_due(world, world.at(DUE_MS)))).await.concat();
    let mut taken: Vec<_> =
        taken.iter().map(|attempt| attempt.payment_id).filter(|id| ids.contains(id)).collect();
    taken.sort_unstable();
    ids.sort_unstable();
    assert_eq!(taken, ids);
}
