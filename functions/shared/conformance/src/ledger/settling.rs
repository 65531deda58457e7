//! Settling payments.

use futures::future::join_all;
use gateway_domain::begin::BeginDecision;
use gateway_domain::charge::{ChargeId, Verdict};
use gateway_domain::decline::ENCRYPTED_CARD_REFUSED;
use gateway_domain::review::{BY_REVIEW, CHARGE_MISSING};
use gateway_domain::settle::{ReservationEffect, SettleDecision, Settlement};
use gateway_domain::{PaymentId, PaymentStatus, ReservationStatus};
use gateway_ports::ledger::Settle;

use super::world::{authorized, declined};
use super::{Ledger, World};

fn charge() -> ChargeId {
    ChargeId("CHAR_1".into())
}

/// Every settlement of a payment under way.
pub async fn each_settlement_moves_payment_and_reservation<L: Ledger>(world: &World<'_, L>) {
    let reason = |text: &str| text.to_owned();
    for (settlement, status, reservation_status, charge_id, why) in [
        (
            Settlement::Verdict(authorized("CHAR_1")),
            PaymentStatus::Authorized,
            ReservationStatus::Confirmed,
            Some("CHAR_1"),
            None,
        ),
        (
            Settlement::Verdict(declined()),
            PaymentStatus::Declined,
            ReservationStatus::Held,
            Some("CHAR_DECLINED"),
            Some("10000"),
        ),
        (
            Settlement::Verdict(Verdict::InAnalysis { charge_id: charge(), card: None }),
            PaymentStatus::InAnalysis,
            ReservationStatus::Paying,
            Some("CHAR_1"),
            None,
        ),
        (
            Settlement::Failed { reason: reason("no_charge") },
            PaymentStatus::Failed,
            ReservationStatus::Held,
            None,
            Some("no_charge"),
        ),
        (
            Settlement::InReview { reason: reason("psp_silent"), charge_id: None },
            PaymentStatus::InReview,
            ReservationStatus::Paying,
            None,
            Some("psp_silent"),
        ),
        (
            Settlement::Voided { charge_id: charge() },
            PaymentStatus::Voided,
            ReservationStatus::Held,
            Some("CHAR_1"),
            None,
        ),
    ] {
        let reservation = world.begun().await;
        let item = world.settlement(reservation.payment_id.unwrap(), settlement);
        let decision = world.settle(&item).await;
        assert!(matches!(decision, SettleDecision::Apply(to, _) if to == status), "{decision:?}");
        let payment = world.payment(item.payment_id).await;
        assert_eq!((payment.status, payment.version, payment.attempt), (status, 2, 1));
        assert_eq!(payment.charge_id.map(|id| id.0).as_deref(), charge_id, "{status}");
        assert_eq!(payment.reason.as_deref(), why, "{status}");
        world.assert_stands(reservation.id, reservation_status).await;
        assert_eq!(world.story(item.payment_id).await, ["ACCEPTED", "PROCESSING", status.as_str()]);
        let told = world.ledger.timeline(item.payment_id).await.unwrap().pop().unwrap();
        assert_eq!((told.at, told.step.as_str(), told.attempt), (world.at(3_000), item.step, 1));
        assert_eq!(told.origin, item.origin);
        assert!(told.detail.contains(&("learned_by".into(), "charge".into())), "{:?}", told.detail);
    }
}

/// The decline's code, whether the same card may be tried again, and what the buyer should do.
pub async fn a_decline_tells_why_it_is_not_retried<L: Ledger>(world: &World<'_, L>) {
    for (code, retryable, advice) in [
        ("10000", "false", "use_another_card"),
        (ENCRYPTED_CARD_REFUSED, "true", "encrypt_again"),
        ("20003", "true", "try_later"),
        ("20104", "false", "call_issuer"),
    ] {
        let id = world.begun().await.payment_id.unwrap();
        let verdict =
            Verdict::Declined { charge_id: None, code: code.into(), message: String::new(), card: None };
        world.settle(&world.verdict(id, verdict)).await;
        let told = world.ledger.timeline(id).await.unwrap().pop().unwrap();
        for (name, text) in
            [("why_not_retried", "declined"), ("code", code), ("retryable", retryable), ("advice", advice)]
        {
            assert!(told.detail.contains(&(name.into(), text.into())), "{code}: {:?}", told.detail);
        }
    }
}

/// Also where it took asking the PSP to be sure that nothing was charged.
pub async fn a_refused_ciphertext_makes_the_buyer_encrypt_again<L: Ledger>(world: &World<'_, L>) {
    let reservation = world.begun().await;
    let id = reservation.payment_id.unwrap();
    let settlement = Settlement::Failed { reason: ENCRYPTED_CARD_REFUSED.into() };
    world.settle(&Settle { settlement, ..world.verdict(id, declined()) }).await;
    assert_eq!(world.payment(id).await.reason.as_deref(), Some(ENCRYPTED_CARD_REFUSED));
    let told = world.ledger.timeline(id).await.unwrap().pop().unwrap();
    assert!(told.detail.contains(&("advice".into(), "encrypt_again".into())), "{:?}", told.detail);
    world.assert_stands(reservation.id, ReservationStatus::Held).await;
}

/// For the same reservation, which was bought in the end; the first payment's row stays.
pub async fn a_declined_buyer_can_try_another_card<L: Ledger>(world: &World<'_, L>) {
    let reservation = world.begun().await;
    let first = reservation.payment_id.unwrap();
    world.settle(&world.verdict(first, declined())).await;
    let second = world.pay(&reservation);
    assert_eq!(world.begin(&second).await, BeginDecision::Begin);
    world.settle(&world.verdict(second.request.payment_id, authorized("CHAR_2"))).await;
    assert_eq!(world.reservation(reservation.id).await.payment_id, Some(second.request.payment_id));
    world.assert_stands(reservation.id, ReservationStatus::Confirmed).await;
    assert_eq!(world.status(first).await, PaymentStatus::Declined);
}

/// Also when it comes a third time.
pub async fn a_redelivered_settlement_changes_nothing<L: Ledger>(world: &World<'_, L>) {
    for verdict in [authorized("CHAR_1"), declined(), Verdict::InAnalysis { charge_id: charge(), card: None }]
    {
        let reservation = world.begun().await;
        let item = world.verdict(reservation.payment_id.unwrap(), verdict);
        let SettleDecision::Apply(status, _) = world.settle(&item).await else { panic!("not applied") };
        let (payment, reservation) =
            (world.payment(item.payment_id).await, world.reservation(reservation.id).await);
        for _ in 0..2 {
            assert_eq!(world.settle(&item).await, SettleDecision::AlreadySettled(status));
        }
        assert_eq!(world.payment(item.payment_id).await, payment);
        assert_eq!(world.reservation(reservation.id).await, reservation);
        assert_eq!(world.story(item.payment_id).await.len(), 3);
    }
}

/// Only a person may say of a payment that there is no charge once the PSP has named it.
pub async fn a_payment_with_a_charge_does_not_fail_for_want_of_one<L: Ledger>(world: &World<'_, L>) {
    let analysis = Settlement::Verdict(Verdict::InAnalysis { charge_id: charge(), card: None });
    let review = Settlement::InReview { reason: CHARGE_MISSING.into(), charge_id: None };
    let failed = |reason: &str| Settlement::Failed { reason: reason.into() };
    let reservation = world.begun().await;
    let id = reservation.payment_id.unwrap();
    for (settlement, status) in [
        (analysis, PaymentStatus::InAnalysis),
        (failed("no_charge"), PaymentStatus::InAnalysis),
        (review, PaymentStatus::InReview),
        (failed(CHARGE_MISSING), PaymentStatus::InReview),
        (failed(BY_REVIEW), PaymentStatus::Failed),
    ] {
        world.settle(&world.settlement(id, settlement.clone())).await;
        assert_eq!(world.status(id).await, status, "{settlement:?}");
    }
    world.assert_stands(reservation.id, ReservationStatus::Held).await;
}

/// A review may learn of a charge that the ledger was never told about.
pub async fn a_charge_that_a_review_names_is_kept<L: Ledger>(world: &World<'_, L>) {
    let review = |charge_id| Settlement::InReview { reason: "psp_silent".into(), charge_id };
    let again = Some(ChargeId("CHAR_OTHER".into()));
    let reservation = world.begun().await;
    let id = reservation.payment_id.unwrap();
    for (settlement, decision, known) in [
        (review(None), SettleDecision::Apply(PaymentStatus::InReview, ReservationEffect::Keep), None),
        (review(None), SettleDecision::AlreadySettled(PaymentStatus::InReview), None),
        (
            review(Some(charge())),
            SettleDecision::Apply(PaymentStatus::InReview, ReservationEffect::Keep),
            Some(charge()),
        ),
        (review(again), SettleDecision::AlreadySettled(PaymentStatus::InReview), Some(charge())),
        (
            Settlement::Failed { reason: "no_charge".into() },
            SettleDecision::Ignored(PaymentStatus::InReview),
            Some(charge()),
        ),
    ] {
        let item = world.settlement(id, settlement.clone());
        assert_eq!(world.settle(&item).await, decision, "{settlement:?}");
        assert_eq!(world.payment(id).await.charge_id, known, "{settlement:?}");
    }
    world.assert_stands(reservation.id, ReservationStatus::Paying).await;
}

/// Analysis and review keep the reservation until somebody knows.
pub async fn what_is_under_review_can_still_end<L: Ledger>(world: &World<'_, L>) {
    let review = Settlement::InReview { reason: "psp_silent".into(), charge_id: None };
    let analysis = Settlement::Verdict(Verdict::InAnalysis { charge_id: charge(), card: None });
    for waiting in [review, analysis] {
        for (last, status, reservation_status) in [
            (
                Settlement::Verdict(authorized("CHAR_1")),
                PaymentStatus::Authorized,
                ReservationStatus::Confirmed,
            ),
            (Settlement::Verdict(declined()), PaymentStatus::Declined, ReservationStatus::Held),
            (Settlement::Voided { charge_id: charge() }, PaymentStatus::Voided, ReservationStatus::Held),
        ] {
            let reservation = world.begun().await;
            let id = reservation.payment_id.unwrap();
            world.settle(&world.settlement(id, waiting.clone())).await;
            world.assert_stands(reservation.id, ReservationStatus::Paying).await;
            world.settle(&world.settlement(id, last)).await;
            assert_eq!(world.status(id).await, status);
            world.assert_stands(reservation.id, reservation_status).await;
        }
    }
}

/// Once a charge, and without a change of the final status.
pub async fn a_late_authorization_is_told_once_and_then_voided_once<L: Ledger>(world: &World<'_, L>) {
    let reservation = world.begun().await;
    let id = reservation.payment_id.unwrap();
    world.settle(&world.verdict(id, declined())).await;
    for late in ["CHAR_A", "CHAR_A", "CHAR_B"] {
        let decision = world.settle(&world.verdict(id, authorized(late))).await;
        assert_eq!(decision, SettleDecision::LateAuthorization(PaymentStatus::Declined));
    }
    let voided = |charge: &str| Settlement::Voided { charge_id: ChargeId(charge.into()) };
    for void in ["CHAR_A", "CHAR_B", "CHAR_A"] {
        let decision = world.settle(&world.settlement(id, voided(void))).await;
        assert_eq!(decision, SettleDecision::Ignored(PaymentStatus::Declined));
    }
    assert_eq!(world.status(id).await, PaymentStatus::Declined);
    let late = ["LATE_AUTHORIZATION", "LATE_AUTHORIZATION", "VOIDED", "VOIDED"];
    assert_eq!(world.story(id).await[3..], late);
    world.assert_stands(reservation.id, ReservationStatus::Held).await;
}

/// Nothing is written for it.
pub async fn an_unknown_payment_is_said_to_be_so<L: Ledger>(world: &World<'_, L>) {
    let unknown = PaymentId::from_u128(world.id());
    let decision = world.settle(&world.verdict(unknown, authorized("CHAR_U"))).await;
    assert_eq!(decision, SettleDecision::UnknownPayment);
    assert_eq!(world.ledger.payment(unknown).await.unwrap(), None);
    assert!(world.ledger.timeline(unknown).await.unwrap().is_empty());
}

/// In one batch.
pub async fn contradicting_items_take_effect_in_their_order<L: Ledger>(world: &World<'_, L>) {
    let (first, second) = (world.begun().await, world.begun().await);
    let (one, two) = (first.payment_id.unwrap(), second.payment_id.unwrap());
    let late = world.verdict(one, authorized("CHAR_1"));
    let batch = [
        world.verdict(one, declined()),
        world.verdict(two, authorized("CHAR_2")),
        late.clone(),
        world.verdict(two, authorized("CHAR_3")),
        late,
    ];
    let decisions = world.ledger.settle(&batch, world.at(3_000)).await.unwrap();
    assert_eq!(
        decisions,
        [
            SettleDecision::Apply(PaymentStatus::Declined, ReservationEffect::HoldAgain),
            SettleDecision::Apply(PaymentStatus::Authorized, ReservationEffect::Confirm),
            SettleDecision::LateAuthorization(PaymentStatus::Declined),
            SettleDecision::LateAuthorization(PaymentStatus::Authorized),
            SettleDecision::LateAuthorization(PaymentStatus::Declined),
        ]
    );
    assert_eq!(world.story(one).await[2..], ["DECLINED", "LATE_AUTHORIZATION"]);
    assert_eq!(world.story(two).await[2..], ["AUTHORIZED", "LATE_AUTHORIZATION"]);
    world.assert_stands(first.id, ReservationStatus::Held).await;
    world.assert_stands(second.id, ReservationStatus::Confirmed).await;
}

/// And the reservation follows the winner.
pub async fn contradicting_verdicts_in_parallel_have_one_winner<L: Ledger>(world: &World<'_, L>) {
    let reservation = world.begun().await;
    let id = reservation.payment_id.unwrap();
    let items: Vec<_> = (0..8)
        .map(|number| world.verdict(id, if number % 2 == 0 { declined() } else { authorized("CHAR_1") }))
        .collect();
    let decisions = join_all(items.iter().map(|item| world.settle(item))).await;
    let applied = decisions.iter().filter(|decision| matches!(decision, SettleDecision::Apply(..)));
    assert_eq!(applied.count(), 1, "{decisions:?}");
    let status = match world.status(id).await {
        PaymentStatus::Authorized => ReservationStatus::Confirmed,
        _ => ReservationStatus::Held,
    };
    world.assert_stands(reservation.id, status).await;
}
