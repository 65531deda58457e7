//! Beginning payments.

use futures::future::join_all;
use gateway_domain::begin::{BeginDecision, RejectReason};
use gateway_domain::charge::ChargeId;
use gateway_domain::limits::RESERVATION_LIFE_MS;
use gateway_domain::{
    CardSummary, PaymentStatus, Quantity, ReservationId, ReservationStatus, UserId, Verdict,
};
use gateway_ports::ledger::Begin;

use super::world::authorized;
use super::{Ledger, World};

/// PROCESSING, attempt 1; its reservation is PAYING and names it.
pub async fn a_payment_takes_its_reservation<L: Ledger>(world: &World<'_, L>) {
    let product = world.product(10).await;
    let held = world.hold(product, 2).await;
    let item = world.pay(&held);
    let id = item.request.payment_id;
    assert_eq!(world.ledger.payment(id).await.unwrap(), None);
    assert_eq!(world.ledger.payment_status(id).await.unwrap(), None);
    assert_eq!(world.begin(&item).await, BeginDecision::Begin);
    let payment = world.payment(id).await;
    assert_eq!((payment.status, payment.attempt, payment.version), (PaymentStatus::Processing, 1, 1));
    assert_eq!((payment.amount, &payment.card), (held.total_price, &item.request.card));
    assert_eq!((payment.accepted_at, payment.updated_at), (world.at(1_000), world.at(2_000)));
    assert_eq!(world.reservation(held.id).await.payment_id, Some(id));
    world.assert_stands(held.id, ReservationStatus::Paying).await;
    let events = world.ledger.timeline(id).await.unwrap();
    assert_eq!(events[0].at, world.at(1_000));
    assert!(events.iter().all(|event| event.origin.as_ref() == Some(&item.origin)));
    assert_eq!(world.story(id).await, ["ACCEPTED", "PROCESSING"]);
}

/// No brand and no digits, then and later; the story says why.
pub async fn what_is_unknown_of_an_encrypted_card_is_kept_as_unknown<L: Ledger>(world: &World<'_, L>) {
    let product = world.product(10).await;
    let mut item = world.pay(&world.hold(product, 1).await);
    item.request.card = None;
    let id = item.request.payment_id;
    assert_eq!(world.begin(&item).await, BeginDecision::Begin);
    assert_eq!(world.payment(id).await.card, None);
    let accepted = world.ledger.timeline(id).await.unwrap().remove(0);
    let told: Vec<_> = accepted.detail.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    assert!(told.contains(&("card", "encrypted")), "{told:?}");
    world.settle(&world.verdict(id, authorized("CHAR_E"))).await;
    assert_eq!(world.payment(id).await.card, None);
}

/// What the buyer gave is never written over.
pub async fn a_card_that_is_unknown_is_known_once_the_psp_tells<L: Ledger>(world: &World<'_, L>) {
    let told = CardSummary::told("mastercard", "524008", "2454");
    let own = CardSummary::told("visa", "453962", "2097");
    for (given, first, second, kept) in [
        (None, &told, &None, &told),
        (None, &None, &told, &told),
        (None, &told, &own, &told),
        (own.clone(), &told, &told, &own),
    ] {
        let product = world.product(10).await;
        let mut item = world.pay(&world.hold(product, 1).await);
        item.request.card = given;
        let id = item.request.payment_id;
        world.begin(&item).await;
        let analysed = Verdict::InAnalysis { charge_id: ChargeId("CHAR_T".into()), card: first.clone() };
        world.settle(&world.verdict(id, analysed)).await;
        assert_eq!(world.payment(id).await.card, item.request.card.or_else(|| first.clone()));
        world.settle(&world.verdict(id, authorized("CHAR_T").with_card(second.clone()))).await;
        assert_eq!(world.payment(id).await.card, *kept);
    }
}

/// Each reason of the domain's rule.
pub async fn a_refused_payment_is_recorded_and_moves_nothing<L: Ledger>(world: &World<'_, L>) {
    let product = world.product(50).await;
    let held = world.hold(product, 2).await;
    let good = world.pay(&held);
    let changed = |change: &dyn Fn(&mut Begin)| {
        let mut item = world.pay(&held);
        change(&mut item);
        item
    };
    let paying = world.begun().await;
    let paid = world.begun().await;
    world.settle(&world.verdict(paid.payment_id.unwrap(), authorized("CHAR_P"))).await;
    let released = world.hold(product, 1).await;
    world.ledger.release(released.id, world.start).await.unwrap();
    for (item, reason) in [
        (
            changed(&|item| item.request.reservation_id = ReservationId::from_u128(world.id())),
            RejectReason::ReservationUnknown,
        ),
        (changed(&|item| item.request.user_id = UserId::new("eva").unwrap()), RejectReason::NotYours),
        (changed(&|item| item.request.quantity = Quantity::new(3).unwrap()), RejectReason::Mismatch),
        (
            changed(&|item| item.request.accepted_at = world.at(RESERVATION_LIFE_MS)),
            RejectReason::ReservationExpired,
        ),
        (world.pay(&released), RejectReason::ReservationReleased),
        (world.pay(&paying), RejectReason::PaymentInProgress),
        (world.pay(&paid), RejectReason::AlreadyPaid),
    ] {
        let before = world.ledger.reservation(item.request.reservation_id).await.unwrap();
        assert_eq!(world.begin(&item).await, BeginDecision::Reject(reason));
        let payment = world.payment(item.request.payment_id).await;
        assert_eq!((payment.status, payment.attempt), (PaymentStatus::Rejected, 0), "{reason:?}");
        assert_eq!(payment.reason.as_deref(), Some(reason.as_str()));
        assert_eq!(world.story(payment.id).await, ["ACCEPTED", "REJECTED"]);
        assert_eq!(world.ledger.reservation(item.request.reservation_id).await.unwrap(), before);
    }
    assert_eq!(world.begin(&good).await, BeginDecision::Begin);
    world.account(product).await;
}

/// Whatever it came to the first time.
pub async fn a_redelivered_batch_changes_nothing<L: Ledger>(world: &World<'_, L>) {
    let product = world.product(10).await;
    let (first, second) = (world.hold(product, 2).await, world.hold(product, 3).await);
    let mut other_user = world.pay(&second);
    other_user.request.user_id = UserId::new("eva").unwrap();
    let batch = [world.pay(&first), other_user];
    world.ledger.begin(&batch, world.at(2_000)).await.unwrap();
    let again = world.ledger.begin(&batch, world.at(9_000)).await.unwrap();
    assert_eq!(
        again,
        [
            BeginDecision::AlreadyBegun(PaymentStatus::Processing),
            BeginDecision::AlreadyBegun(PaymentStatus::Rejected)
        ]
    );
    for item in &batch {
        let payment = world.payment(item.request.payment_id).await;
        assert_eq!((payment.version, payment.updated_at), (1, world.at(2_000)));
        assert_eq!(world.story(payment.id).await.len(), 2);
    }
    assert!(world.ledger.begin(&[], world.start).await.unwrap().is_empty());
}

/// The second finds what the first did, though both are in one batch.
pub async fn one_reservations_items_take_effect_in_their_order<L: Ledger>(world: &World<'_, L>) {
    let product = world.product(10).await;
    let held = world.hold(product, 2).await;
    let (first, second) = (world.pay(&held), world.pay(&held));
    let batch = [first.clone(), second.clone(), first.clone(), second];
    let decisions = world.ledger.begin(&batch, world.at(2_000)).await.unwrap();
    assert_eq!(
        decisions,
        [
            BeginDecision::Begin,
            BeginDecision::Reject(RejectReason::PaymentInProgress),
            BeginDecision::AlreadyBegun(PaymentStatus::Processing),
            BeginDecision::AlreadyBegun(PaymentStatus::Rejected),
        ]
    );
    assert_eq!(world.reservation(held.id).await.payment_id, Some(first.request.payment_id));
    world.account(product).await;
}

/// The others are told that a payment is under way.
pub async fn payments_racing_for_a_reservation_have_one_winner<L: Ledger>(world: &World<'_, L>) {
    let product = world.product(10).await;
    let held = world.hold(product, 2).await;
    let items: Vec<_> = (0..8).map(|_| world.pay(&held)).collect();
    let decisions = join_all(items.iter().map(|item| world.begin(item))).await;
    assert_eq!(decisions.iter().filter(|decision| **decision == BeginDecision::Begin).count(), 1);
    let lost = BeginDecision::Reject(RejectReason::PaymentInProgress);
    assert_eq!(decisions.iter().filter(|decision| **decision == lost).count(), 7);
    world.assert_stands(held.id, ReservationStatus::Paying).await;
}

/// Also where there is no reservation whose lock could put them in order.
pub async fn the_same_payment_begun_in_parallel_begins_once<L: Ledger>(world: &World<'_, L>) {
    let product = world.product(10).await;
    let good = world.pay(&world.hold(product, 2).await);
    let mut unknown = good.clone();
    unknown.request.payment_id = gateway_domain::PaymentId::from_u128(world.id());
    unknown.request.reservation_id = ReservationId::from_u128(world.id());
    let rejected = BeginDecision::Reject(RejectReason::ReservationUnknown);
    for (item, expected) in [(good, BeginDecision::Begin), (unknown, rejected)] {
        let decisions = join_all((0..8).map(|_| world.begin(&item))).await;
        assert_eq!(decisions.iter().filter(|decision| **decision == expected).count(), 1);
        let others = decisions.iter().filter(|decision| matches!(decision, BeginDecision::AlreadyBegun(_)));
        assert_eq!(others.count(), 7);
        assert_eq!(world.story(item.request.payment_id).await.len(), 2);
    }
}

/// Statements are cut, the transaction is not.
pub async fn a_batch_may_be_larger_than_a_statement<L: Ledger>(world: &World<'_, L>) {
    let product = world.product(1200).await;
    let mut held = Vec::new();
    for _ in 0..40 {
        held.extend(join_all((0..15).map(|_| world.hold(product, 1))).await);
    }
    let batch: Vec<_> = held.iter().map(|reservation| world.pay(reservation)).collect();
    let decisions = world.ledger.begin(&batch, world.at(2_000)).await.unwrap();
    assert!(decisions.iter().all(|decision| *decision == BeginDecision::Begin));
    let settled: Vec<_> =
        batch.iter().map(|item| world.verdict(item.request.payment_id, authorized("CHAR_B"))).collect();
    assert_eq!(world.ledger.settle(&settled, world.at(3_000)).await.unwrap().len(), 600);
    let account = world.account(product).await;
    assert_eq!((account.available, account.confirmed), (600, 600));
}
