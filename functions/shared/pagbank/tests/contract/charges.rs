//! Every special card: what the adapter makes of it, attempt by attempt, and what the PSP holds.

use gateway_domain::charge::{ChargeOutcome, Verdict};
use gateway_domain::{CardSummary, PaymentId, charge::Certainty};
use gateway_ports::provider::PaymentProvider as _;

use crate::world::{amount, card, charge_id, encrypted, inquiry_words, words, world};

#[tokio::test]
async fn attempts_under_one_key_converge_and_an_inquiry_tells_the_truth() {
    let world = world().await;
    for (number, (alias, attempts, inquiry)) in [
        ("visa-ok", ["AUTHORIZED", "AUTHORIZED", "AUTHORIZED"], "AUTHORIZED"),
        ("mastercard-ok", ["AUTHORIZED", "AUTHORIZED", "AUTHORIZED"], "AUTHORIZED"),
        ("amex-ok", ["AUTHORIZED", "AUTHORIZED", "AUTHORIZED"], "AUTHORIZED"),
        ("elo-ok", ["AUTHORIZED", "AUTHORIZED", "AUTHORIZED"], "AUTHORIZED"),
        ("hiper-ok", ["AUTHORIZED", "AUTHORIZED", "AUTHORIZED"], "AUTHORIZED"),
        ("visa-declined", ["DECLINED", "DECLINED", "DECLINED"], "DECLINED"),
        ("insufficient-funds", ["DECLINED", "DECLINED", "DECLINED"], "DECLINED"),
        ("answer-lost", ["UNKNOWN connection_lost", "AUTHORIZED", "AUTHORIZED"], "AUTHORIZED"),
        ("answer-always-lost", ["UNKNOWN connection_lost"; 3], "AUTHORIZED"),
        (
            "closed-then-fine",
            ["UNKNOWN connection_lost", "UNKNOWN connection_lost", "AUTHORIZED"],
            "AUTHORIZED",
        ),
        ("always-closed", ["UNKNOWN connection_lost"; 3], "none"),
        ("error-then-fine", ["UNKNOWN http_500", "UNKNOWN http_500", "AUTHORIZED"], "AUTHORIZED"),
        ("always-error", ["UNKNOWN http_500"; 3], "none"),
        ("error-after-charge", ["UNKNOWN http_500", "AUTHORIZED", "AUTHORIZED"], "AUTHORIZED"),
        (
            "unavailable-then-fine",
            ["NOT_CHARGED http_503", "NOT_CHARGED http_503", "AUTHORIZED"],
            "AUTHORIZED",
        ),
        ("throttled-then-fine", ["NOT_CHARGED http_429", "NOT_CHARGED http_429", "AUTHORIZED"], "AUTHORIZED"),
        ("always-throttled", ["NOT_CHARGED http_429"; 3], "none"),
        ("unreadable", ["UNKNOWN unreadable_answer", "AUTHORIZED", "AUTHORIZED"], "AUTHORIZED"),
        ("slow", ["UNKNOWN timeout", "AUTHORIZED", "AUTHORIZED"], "AUTHORIZED"),
        ("other-amount", ["UNKNOWN answer_mismatch"; 3], "AUTHORIZED"),
        ("analysis-endless", ["IN_ANALYSIS"; 3], "IN_ANALYSIS"),
    ]
    .into_iter()
    .enumerate()
    {
        let number = number as u128 + 1;
        let charges_before = world.charges().await;
        for (attempt, expected) in attempts.into_iter().enumerate() {
            let outcome = world.charge(number, &card(alias)).await;
            assert_eq!(words(&outcome), expected, "{alias}, attempt {attempt}");
        }
        let asked = world.pagbank.find_by_payment(PaymentId::from_u128(number), amount()).await;
        assert_eq!(inquiry_words(&asked), inquiry, "{alias}");
        let made = world.charges().await - charges_before;
        assert_eq!(made, u64::from(inquiry != "none"), "{alias}: at most one charge");
    }
}

#[tokio::test]
async fn a_decline_carries_pagbanks_code_and_words() {
    let world = world().await;
    let outcome = world.charge(1, &card("not-permitted")).await;
    let expected = Verdict::Declined {
        charge_id: Some(charge_id(&outcome)),
        code: "20017".to_owned(),
        message: "TRANSACAO NAO PERMITIDA - NAO TENTE NOVAMENTE".to_owned(),
        card: CardSummary::told("visa", "400000", "1042"),
    };
    assert_eq!(outcome, ChargeOutcome::Verdict(expected));
}

#[tokio::test]
async fn being_throttled_tells_how_long_to_wait() {
    let world = world().await;
    for (number, alias) in [(1, "throttled-then-fine"), (2, "unavailable-then-fine")] {
        let ChargeOutcome::Failed(failure) = world.charge(number, &card(alias)).await else {
            panic!("{alias}")
        };
        assert_eq!(
            (failure.certainty, failure.retry_after_ms),
            (Certainty::NotCharged, Some(1_000)),
            "{alias}"
        );
    }
}

#[tokio::test]
async fn a_ciphertext_used_for_another_payment_is_declined_without_a_charge() {
    // base64 of `approve:1`
    let (world, card) = (world().await, encrypted("YXBwcm92ZTox"));
    assert_eq!(words(&world.charge(1, &card).await), "AUTHORIZED");
    let ChargeOutcome::Verdict(Verdict::Declined { charge_id, code, .. }) = world.charge(2, &card).await
    else {
        panic!("not declined")
    };
    assert_eq!((charge_id, code.as_str()), (None, "encrypted_card_refused"));
    assert_eq!(words(&world.charge(1, &card).await), "AUTHORIZED", "its own payment is replayed");
}

#[tokio::test]
async fn a_ciphertext_that_a_fault_used_up_is_refused_at_the_next_attempt() {
    let world = world().await;
    // base64 of `used-up-by-throttling` and `used-up-by-error`
    for (number, ciphertext, first) in [
        (1, "dXNlZC11cC1ieS10aHJvdHRsaW5n", "NOT_CHARGED http_429"),
        (2, "dXNlZC11cC1ieS1lcnJvcg==", "UNKNOWN http_500"),
    ] {
        let card = encrypted(ciphertext);
        assert_eq!(words(&world.charge(number, &card).await), first);
        for _ in 0..2 {
            let outcome = world.charge(number, &card).await;
            let ChargeOutcome::Verdict(Verdict::Declined { charge_id: None, code, .. }) = &outcome else {
                panic!("{outcome:?}")
            };
            assert_eq!(code, "encrypted_card_refused");
        }
    }
    assert_eq!(world.charges().await, 0);
}

#[tokio::test]
async fn the_same_payment_with_another_card_is_a_conflict_that_proves_nothing() {
    let world = world().await;
    world.charge(1, &card("visa-ok")).await;
    assert_eq!(words(&world.charge(1, &card("mastercard-ok")).await), "UNKNOWN http_409");
}

#[tokio::test]
async fn an_analysis_is_followed_by_asking() {
    let world = world().await;
    for (number, (alias, verdict)) in
        [("analysis-silent", "AUTHORIZED"), ("analysis-declined", "DECLINED")].into_iter().enumerate()
    {
        let number = number as u128 + 1;
        let outcome = world.charge(number, &card(alias)).await;
        assert_eq!(words(&outcome), "IN_ANALYSIS");
        let charge_id = charge_id(&outcome);
        let ask = || world.pagbank.find_charge(&charge_id, PaymentId::from_u128(number), amount());
        let mut asked = inquiry_words(&ask().await);
        while asked == "IN_ANALYSIS" {
            tokio::task::yield_now().await;
            asked = inquiry_words(&ask().await);
        }
        assert_eq!(asked, verdict, "{alias}");
    }
}
