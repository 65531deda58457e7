//! Payments under review.

use gateway_domain::charge::{CANCELLED_CODE, ChargeId};
use gateway_domain::retry::RetryPolicy;
use gateway_domain::review::VOID_REQUESTED;
use gateway_domain::settle::{SettleDecision, Settlement};
use gateway_domain::{Payment, PaymentId, PaymentStatus, ReservationStatus, Timestamp, Verdict};
use gateway_ports::review::Reviewer;

use super::world::{authorized, declined};
use super::{Ledger, World};

const LEASE_MS: i64 = 10_000;
const AT_ONCE: u32 = 50;

/// A payment that came to be under review at 3,000.
async fn under_review<L: Ledger>(world: &World<'_, L>) -> PaymentId {
    let id = world.begun().await.payment_id.unwrap();
    let review = Settlement::InReview { reason: "psp_unanswered".into(), charge_id: None };
    world.settle(&world.settlement(id, review)).await;
    id
}

/// This payment, if it is among those that are to be asked about.
async fn take<L: Ledger>(
    world: &World<'_, L>,
    id: PaymentId,
    asked_before: Timestamp,
    now: Timestamp,
) -> Option<Payment> {
    let mut found = None;
    loop {
        let batch = world.ledger.take_in_review(asked_before, now, LEASE_MS, AT_ONCE).await.unwrap();
        assert!(batch.len() <= AT_ONCE as usize);
        if batch.is_empty() {
            return found;
        }
        found = found.or(batch.into_iter().find(|payment| payment.id == id));
    }
}

/// Under a lease; then the silence is counted anew, and the payment itself does not change.
pub async fn a_payment_under_review_is_asked_about_after_each_silence<L: Ledger>(world: &World<'_, L>) {
    let id = under_review(world).await;
    let payment = world.payment(id).await;
    let now = world.at(50_000);
    assert_eq!(take(world, id, world.at(2_999), now).await, None);
    assert_eq!(take(world, id, world.at(3_000), now).await.as_ref(), Some(&payment));
    assert_eq!(take(world, id, world.at(3_000), now).await, None, "leased");
    let lapsed = now.plus_millis(LEASE_MS);
    assert!(take(world, id, world.at(3_000), lapsed).await.is_some());
    world.ledger.mark_asked(&[id], lapsed).await.unwrap();
    assert_eq!(world.payment(id).await, payment);
    let later = lapsed.plus_millis(1_000);
    assert_eq!(take(world, id, lapsed.plus_millis(-1), later).await, None);
    assert!(take(world, id, lapsed, later).await.is_some());
    world.ledger.mark_asked(&[], later).await.unwrap();
    let stuck = world.ledger.take_stuck(later, later, LEASE_MS, 10_000).await.unwrap();
    assert!(stuck.iter().all(|attempt| attempt.payment_id != id), "no attempt is asked for");
}

/// Also when it ends while it is asked about.
pub async fn what_ended_is_asked_about_no_more<L: Ledger>(world: &World<'_, L>) {
    let id = under_review(world).await;
    let now = world.at(60_000);
    assert!(take(world, id, now, now).await.is_some());
    world.settle(&world.verdict(id, authorized("CHAR_1"))).await;
    let settled = world.payment(id).await;
    world.ledger.mark_asked(&[id], now).await.unwrap();
    assert_eq!(world.payment(id).await, settled);
    let later = now.plus_millis(LEASE_MS);
    assert_eq!(take(world, id, later, later).await, None);
}

/// Once: a repetition changes nothing.
pub async fn a_persons_word_is_told_with_who_and_why<L: Ledger>(world: &World<'_, L>) {
    let id = under_review(world).await;
    let by = Reviewer { user: "root".into(), reason: "seen in the back office".into() };
    let failed = world.settlement(id, Settlement::Failed { reason: "resolved_by_review".into() });
    for first in [true, false] {
        let decision = world.ledger.review(&failed, &by, world.at(9_000)).await.unwrap();
        assert_eq!(matches!(decision, SettleDecision::Apply(..)), first, "{decision:?}");
    }
    let payment = world.payment(id).await;
    assert_eq!(
        (payment.status, payment.reason.as_deref()),
        (PaymentStatus::Failed, Some("resolved_by_review"))
    );
    world.assert_stands(payment.reservation_id, ReservationStatus::Held).await;
    assert_eq!(world.story(id).await[2..], ["IN_REVIEW", "FAILED"]);
    let told = world.ledger.timeline(id).await.unwrap().pop().unwrap();
    for (name, text) in [("reviewed_by", "root"), ("review_reason", "seen in the back office")] {
        assert!(told.detail.contains(&(name.into(), text.into())), "{:?}", told.detail);
    }
    let late = world.verdict(id, authorized("CHAR_1"));
    let decision = world.ledger.review(&late, &by, world.at(9_500)).await.unwrap();
    assert_eq!(decision, SettleDecision::LateAuthorization(PaymentStatus::Failed));
}

/// Accepted when; from its beginning to its end, and not while it is under review.
pub async fn the_backlog_knows_the_oldest_payment_under_way<L: Ledger>(world: &World<'_, L>) {
    let oldest = async || world.ledger.backlog(world.at(6_000)).await.unwrap().oldest_under_way;
    let first = world.begun().await.payment_id.unwrap();
    assert!(oldest().await.is_some_and(|accepted_at| accepted_at <= world.at(1_000)));
    let failed = [world.failure(first, 1, world.at(4_000))];
    world.ledger.schedule(&failed, &RetryPolicy::default(), world.at(5_000)).await.unwrap();
    assert!(oldest().await.is_some_and(|accepted_at| accepted_at <= world.at(1_000)), "waits for its retry");
    let under_way = oldest().await;
    let later = under_review(world).await;
    assert_eq!(oldest().await, under_way, "what is under review counts elsewhere");
    for id in [first, later] {
        world.settle(&world.verdict(id, authorized("CHAR_1"))).await;
    }
}

/// Since when, and how many.
pub async fn the_backlog_counts_what_waits<L: Ledger>(world: &World<'_, L>) {
    let backlog = async || world.ledger.backlog(world.at(6_000)).await.unwrap();
    let before = backlog().await;
    let id = under_review(world).await;
    let letter = super::dead_lettering::dead_letter(world, 1);
    world.ledger.record(&letter).await.unwrap();
    let during = backlog().await;
    assert_eq!(during.in_review, before.in_review + 1);
    assert_eq!(during.letters_open, before.letters_open + 1);
    assert!(during.oldest.unwrap() <= world.at(3_000));
    world.settle(&world.verdict(id, authorized("CHAR_1"))).await;
    let by = Reviewer { user: "root".into(), reason: "done".into() };
    world.ledger.discard(letter.id, &by, world.at(2)).await.unwrap();
    let after = backlog().await;
    assert_eq!((after.in_review, after.letters_open), (before.in_review, before.letters_open));
}

/// From the moment a person says so until it is cancelled, or the PSP says that there is nothing to cancel.
pub async fn what_is_to_be_cancelled_is_authorized_by_nobody<L: Ledger>(world: &World<'_, L>) {
    let charge_id = || ChargeId("CHAR_1".into());
    let analysis = Verdict::InAnalysis { charge_id: charge_id(), card: None };
    let cancelled = Verdict::Declined {
        charge_id: Some(charge_id()),
        code: CANCELLED_CODE.into(),
        message: String::new(),
        card: None,
    };
    let by = Reviewer { user: "root".into(), reason: "a double order".into() };
    for (end, status) in [
        (Settlement::Verdict(cancelled), PaymentStatus::Voided),
        (Settlement::Verdict(declined()), PaymentStatus::Declined),
        (Settlement::Voided { charge_id: charge_id() }, PaymentStatus::Voided),
        (Settlement::Failed { reason: "no_charge".into() }, PaymentStatus::Failed),
    ] {
        let id = under_review(world).await;
        let wish = world.settlement(id, Settlement::VoidRequested { charge_id: charge_id() });
        for first in [true, false] {
            let decision = world.ledger.review(&wish, &by, world.at(9_000)).await.unwrap();
            assert_eq!(matches!(decision, SettleDecision::Apply(PaymentStatus::InReview, _)), first);
        }
        for _ in 0..2 {
            let decision = world.settle(&world.verdict(id, authorized("CHAR_1"))).await;
            assert_eq!(decision, SettleDecision::LateAuthorization(PaymentStatus::InReview));
        }
        let decision = world.settle(&world.verdict(id, analysis.clone())).await;
        assert_eq!(decision, SettleDecision::Ignored(PaymentStatus::InReview));
        let silence = Settlement::InReview { reason: "psp_unanswered".into(), charge_id: None };
        world.settle(&world.settlement(id, silence)).await;
        let payment = world.payment(id).await;
        assert_eq!(
            (payment.status, payment.reason.as_deref()),
            (PaymentStatus::InReview, Some(VOID_REQUESTED))
        );
        world.settle(&world.settlement(id, end)).await;
        assert_eq!(world.status(id).await, status);
        assert_eq!(
            world.story(id).await[2..],
            ["IN_REVIEW", "IN_REVIEW", "LATE_AUTHORIZATION", status.as_str()]
        );
        world.assert_stands(payment.reservation_id, ReservationStatus::Held).await;
    }
}
