//! Scheduling retries.

use gateway_domain::limits::CARD_LIFE_MS;
use gateway_domain::retry::{ExhaustedReason, RetryDecision, RetryPolicy};
use gateway_domain::{PaymentId, PaymentStatus, ReservationStatus};
use gateway_ports::ledger::Fail;

use super::world::authorized;
use super::{Ledger, World};

async fn schedule<L: Ledger>(world: &World<'_, L>, item: &Fail) -> RetryDecision {
    let batch = std::slice::from_ref(item);
    world.ledger.schedule(batch, &RetryPolicy::default(), world.at(5_000)).await.unwrap()[0]
}

/// Its reservation keeps being paid.
pub async fn a_failed_attempt_waits_for_its_time<L: Ledger>(world: &World<'_, L>) {
    let reservation = world.begun().await;
    let id = reservation.payment_id.unwrap();
    let item = world.failure(id, 1, world.at(4_000));
    let due = world.at(24_000);
    assert_eq!(schedule(world, &item).await, RetryDecision::At(due));
    let payment = world.payment(id).await;
    assert_eq!((payment.status, payment.attempt), (PaymentStatus::RetryScheduled, 1));
    assert_eq!((payment.next_attempt_at, payment.version), (Some(due), 2));
    world.assert_stands(reservation.id, ReservationStatus::Paying).await;
    assert_eq!(world.story(id).await[2..], ["ATTEMPT_FAILED", "RETRY_SCHEDULED"]);
    let failed = &world.ledger.timeline(id).await.unwrap()[2];
    assert_eq!((failed.at, failed.attempt), (world.at(4_000), 1));
    assert!(failed.detail.contains(&("code".into(), "timeout".into())), "{:?}", failed.detail);
    world.settle(&world.verdict(id, authorized("CHAR_1"))).await;
    assert_eq!(world.payment(id).await.next_attempt_at, None);
    world.assert_stands(reservation.id, ReservationStatus::Confirmed).await;
}

/// Also within one batch.
pub async fn a_redelivered_failure_changes_nothing<L: Ledger>(world: &World<'_, L>) {
    let id = world.begun().await.payment_id.unwrap();
    let item = world.failure(id, 1, world.at(4_000));
    let batch = [item.clone(), item.clone()];
    let decisions = world.ledger.schedule(&batch, &RetryPolicy::default(), world.at(5_000)).await.unwrap();
    let stale = RetryDecision::Stale(PaymentStatus::RetryScheduled);
    assert_eq!(decisions, [RetryDecision::At(world.at(24_000)), stale]);
    assert_eq!(schedule(world, &item).await, stale);
    assert_eq!(world.payment(id).await.version, 2);
    assert_eq!(world.story(id).await.len(), 4);
}

/// By attempts or by the card's life; a step that asks the PSP will say what happened.
pub async fn exhaustion_is_told_once_and_leaves_the_status<L: Ledger>(world: &World<'_, L>) {
    for (attempt, failed_at, reason) in [
        (6, world.at(9_000), ExhaustedReason::Attempts),
        (1, world.at(CARD_LIFE_MS), ExhaustedReason::CardLife),
    ] {
        let reservation = world.begun().await;
        let id = reservation.payment_id.unwrap();
        let item = world.failure(id, attempt, failed_at);
        for batch in [vec![item.clone()], vec![item.clone(), item]] {
            let decisions = world.ledger.schedule(&batch, &RetryPolicy::default(), failed_at).await.unwrap();
            assert!(decisions.iter().all(|decision| *decision == RetryDecision::Exhausted(reason)));
        }
        assert_eq!(world.status(id).await, PaymentStatus::Processing);
        assert_eq!(world.story(id).await[2..], ["ATTEMPT_FAILED", "RETRIES_EXHAUSTED"]);
        world.assert_stands(reservation.id, ReservationStatus::Paying).await;
    }
}

/// What the payment came to stands.
pub async fn late_and_unknown_failures_change_nothing<L: Ledger>(world: &World<'_, L>) {
    let reservation = world.begun().await;
    let id = reservation.payment_id.unwrap();
    world.settle(&world.verdict(id, authorized("CHAR_1"))).await;
    let late = world.failure(id, 1, world.at(4_000));
    assert_eq!(schedule(world, &late).await, RetryDecision::Stale(PaymentStatus::Authorized));
    let unknown = world.failure(PaymentId::from_u128(world.id()), 1, world.at(4_000));
    assert_eq!(schedule(world, &unknown).await, RetryDecision::UnknownPayment);
    assert_eq!(world.payment(id).await.version, 2);
    world.assert_stands(reservation.id, ReservationStatus::Confirmed).await;
}
