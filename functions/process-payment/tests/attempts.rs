//! What an attempt comes to, and what is told of it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests fail by panicking")]

use gateway_domain::decline::ENCRYPTED_CARD_REFUSED;
use gateway_domain::limits::{ATTEMPT_LEASE_MS, CARD_LIFE_MS};
use gateway_edge::kafka::{RawRecord, run_batch};
use gateway_memory::provider::{Decides, MemoryProvider, Step as Psp};
use gateway_memory::shop::{ACCEPTED, AMOUNT, PAYMENT, RESERVATION, Shop};
use gateway_memory::{attempts::MemoryPayments, clock::ManualClock, log::MemoryLog};
use gateway_ports::Clock as _;
use gateway_ports::attempts::ChargeAttempts as _;
use gateway_wire::money::WireMoney;
use gateway_wire::{AttemptRequested, RecordOrigin, topics};
use process_payment::ProcessPayment;
use serde_json::Value;

type Step = ProcessPayment<MemoryPayments, MemoryProvider, MemoryLog, ManualClock>;

async fn step() -> Step {
    let Shop { vault, provider, log, clock, .. } = Shop::with_payment_begun().await.unwrap();
    ProcessPayment { attempts: vault, provider, log, clock }
}

/// Delivers an attempt; whether it was finished.
async fn deliver(step: &Step, attempt: u32) -> bool {
    let message = AttemptRequested {
        payment_id: PAYMENT,
        reservation_id: RESERVATION,
        amount: WireMoney(AMOUNT),
        attempt,
        accepted_at_ms: ACCEPTED.as_millis(),
    };
    let record = RawRecord {
        origin: RecordOrigin { topic: topics::PROCESS_PURCHASES.to_owned(), partition: 0, offset: 0 },
        timestamp_ms: 0,
        key: Some(RESERVATION.to_string().into_bytes()),
        value: Some(serde_json::to_vec(&message).unwrap()),
        headers: Vec::new(),
    };
    run_batch(step, &step.log, &step.clock, vec![record]).await.batch_item_failures.is_empty()
}

/// Everything that was told, in order: verdicts, failures' codes, causes of dead letters.
fn told(step: &Step) -> Vec<String> {
    let of = |topic: &'static str, pointer: &'static str| {
        let records = step.log.records(topic).into_iter();
        records.map(move |logged| {
            let value: Value = serde_json::from_slice(&logged.record.value).unwrap();
            format!("{topic}: {}", value.pointer(pointer).unwrap().as_str().unwrap())
        })
    };
    let verdicts = of(topics::PURCHASES_PROCESSED, "/verdict/status");
    let failures = of(topics::PAYMENT_RETRY, "/failure/code");
    verdicts.chain(failures).chain(of(topics::PAYMENT_DLQ, "/cause/code")).collect()
}

#[tokio::test]
async fn the_psps_answer_is_recorded_and_told() {
    for (psp, news, card_stays) in [
        (Psp::Answer(Decides::Authorize), "purchases-processed: AUTHORIZED", false),
        (Psp::Answer(Decides::Decline("10002")), "purchases-processed: DECLINED", false),
        (Psp::Answer(Decides::Analyse), "purchases-processed: IN_ANALYSIS", false),
        (Psp::Refuse, "payment_retry: http_503", true),
        (Psp::LoseRequest, "payment_retry: timeout", true),
        (Psp::LoseAnswer(Decides::Authorize), "payment_retry: timeout", true),
    ] {
        let step = step().await;
        step.provider.script(PAYMENT, [psp]);
        assert!(deliver(&step, 1).await, "{psp:?}");
        assert_eq!(told(&step), [news], "{psp:?}");
        assert_eq!(step.attempts.has_card(PAYMENT), card_stays, "{psp:?}");
    }
}

#[tokio::test]
async fn a_redelivered_attempt_tells_the_same_again_and_charges_no_more() {
    for psp in [Psp::Answer(Decides::Authorize), Psp::Refuse] {
        let step = step().await;
        step.provider.script(PAYMENT, [psp]);
        deliver(&step, 1).await;
        deliver(&step, 1).await;
        let told = told(&step);
        assert_eq!((told.len(), &told[0]), (2, &told[1]), "{psp:?}");
        assert_eq!(step.provider.calls().len(), 1, "{psp:?}");
    }
}

#[tokio::test]
async fn a_record_whose_news_kafka_does_not_take_is_unfinished() {
    let step = step().await;
    step.log.fail_next(1, "broker away");
    assert!(!deliver(&step, 1).await);
    assert!(deliver(&step, 1).await);
    assert_eq!(told(&step), ["purchases-processed: AUTHORIZED"]);
    assert_eq!(step.provider.calls().len(), 1);
}

#[tokio::test]
async fn another_holders_attempt_is_left_alone_until_its_lease_ends() {
    let step = step().await;
    step.attempts.claim_attempt(PAYMENT, 1, step.clock.now(), ATTEMPT_LEASE_MS).await.unwrap();
    assert!(deliver(&step, 1).await, "the partition is not held up");
    assert_eq!(told(&step), ["payment_retry: attempt_in_progress"]);
    assert!(step.provider.calls().is_empty());
    step.clock.advance_millis(ATTEMPT_LEASE_MS);
    assert!(deliver(&step, 1).await);
    assert_eq!(told(&step)[0], "purchases-processed: AUTHORIZED");
}

#[tokio::test]
async fn a_refused_card_is_a_decline_unless_an_earlier_attempt_may_have_been_charged() {
    let (spent, invalid) = (Psp::RefuseCard(ENCRYPTED_CARD_REFUSED), Psp::RefuseCard("40002"));
    for (script, news) in [
        (vec![spent], "purchases-processed: DECLINED"),
        (vec![Psp::Refuse, spent], "purchases-processed: DECLINED"),
        (vec![Psp::LoseRequest, spent], "payment_dlq: encrypted_card_refused"),
        (vec![Psp::LoseRequest, Psp::Refuse, spent], "payment_dlq: encrypted_card_refused"),
        (vec![Psp::LoseRequest, invalid], "payment_dlq: card_refused"),
        (vec![Psp::LoseAnswer(Decides::Authorize), spent], "purchases-processed: AUTHORIZED"),
    ] {
        let step = step().await;
        step.provider.script(PAYMENT, script.iter().copied());
        let attempts = u32::try_from(script.len()).unwrap();
        for attempt in 1..=attempts {
            assert!(deliver(&step, attempt).await, "{script:?}");
        }
        let count = || told(&step).iter().filter(|told| *told == news).count();
        assert_eq!(count(), 1, "{script:?}: {:?}", told(&step));
        // Told again after a redelivery, without another call.
        assert!(deliver(&step, attempts).await, "{script:?}");
        assert_eq!((count(), step.provider.calls().len()), (2, script.len()), "{script:?}");
    }
}

#[tokio::test]
async fn a_late_record_of_an_earlier_attempt_says_nothing() {
    let step = step().await;
    step.provider.script(PAYMENT, [Psp::Refuse, Psp::Refuse]);
    deliver(&step, 1).await;
    deliver(&step, 2).await;
    assert!(deliver(&step, 1).await);
    assert_eq!(told(&step).len(), 2);
    assert_eq!(step.provider.calls().len(), 2);
}

#[tokio::test]
async fn without_a_card_only_the_dead_letter_step_can_find_out() {
    let step = step().await;
    step.clock.advance_millis(CARD_LIFE_MS);
    assert!(deliver(&step, 1).await);
    assert_eq!(told(&step), ["payment_dlq: card_gone"]);
    assert!(step.provider.calls().is_empty());
}

#[tokio::test]
async fn a_charge_at_the_risk_check_is_asked_about_and_never_made_again() {
    let step = step().await;
    step.provider.script(PAYMENT, [Psp::Answer(Decides::Analyse)]);
    deliver(&step, 1).await;
    deliver(&step, 1).await;
    step.provider.resolve_analysis(PAYMENT, Decides::Authorize);
    deliver(&step, 1).await;
    let verdicts = ["IN_ANALYSIS", "IN_ANALYSIS", "AUTHORIZED"];
    assert_eq!(told(&step), verdicts.map(|verdict| format!("purchases-processed: {verdict}")));
    assert_eq!(step.provider.calls().len(), 1);
}

/// It is not at the risk check for ever, and it is not taken for failed: who reads the dead letters sees to it.
#[tokio::test]
async fn a_charge_at_the_risk_check_that_the_psp_no_longer_knows_is_a_dead_letter() {
    let step = step().await;
    step.provider.script(PAYMENT, [Psp::Answer(Decides::Analyse)]);
    deliver(&step, 1).await;
    step.provider.set_silent(true);
    deliver(&step, 1).await;
    step.provider.set_silent(false);
    step.provider.forget(PAYMENT);
    assert!(deliver(&step, 1).await);
    let analysed = "purchases-processed: IN_ANALYSIS";
    assert_eq!(told(&step), [analysed, analysed, "payment_dlq: charge_missing"]);
    assert_eq!(step.provider.calls().len(), 1);
}
