//! How a payment ends when its record lands in the dead-letter queue.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests fail by panicking")]

use gateway_domain::card::{Brand, CardExpiry, Cvv, Pan};
use gateway_domain::charge::{AttemptFailure, Certainty, ChargeId};
use gateway_domain::limits::ATTEMPT_LEASE_MS;
use gateway_domain::money::Cents;
use gateway_domain::reservation::ReserveCommand;
use gateway_domain::settle::Settlement;
use gateway_domain::{
    CardSecret, Money, PaymentId, PaymentStatus, ProductId, Quantity, ReservationId, ReservationStatus,
    Timestamp, UserId, Verdict,
};
use gateway_edge::kafka::{RawRecord, run_batch};
use gateway_memory::attempts::MemoryPayments;
use gateway_memory::clock::ManualClock;
use gateway_memory::ledger::MemoryLedger;
use gateway_memory::log::MemoryLog;
use gateway_memory::provider::{MemoryProvider, Step};
use gateway_ports::Clock as _;
use gateway_ports::attempts::{AttemptClaim, CardVault as _, ChargeAttempts as _, NewPaymentItem};
use gateway_ports::catalogue::{Catalogue as _, NewProduct};
use gateway_ports::dead_letters::DeadLetters as _;
use gateway_ports::ledger::{Begin, BeginPayments as _, ReadPayments as _, Settle, SettlePayments as _};
use gateway_ports::provider::{ChargeRequest, PaymentProvider as _};
use gateway_ports::reservations::{ReadReservations as _, Reservations as _};
use gateway_wire::dead_letter::{DeadLetterKind, to_base64};
use gateway_wire::messages::WireVerdict;
use gateway_wire::{
    AttemptCompleted, AttemptRequested, DeadLetter, DeadLetterCause, RecordOrigin, TraceContext, topics,
};
use handle_dlq::HandleDlq;
use serde_json::json;

const PAYMENT: PaymentId = PaymentId::from_u128(1);
const RESERVATION: ReservationId = ReservationId::from_u128(2);
const PRODUCT: ProductId = ProductId::from_u128(3);
const GRACE_MS: i64 = 30_000;

struct Town {
    step: HandleDlq<MemoryLedger, MemoryPayments, MemoryProvider, ManualClock>,
    log: MemoryLog,
}

/// A payment of 19.90 that has begun and whose card is vaulted.
async fn town() -> Town {
    let clock = ManualClock::new(Timestamp::from_millis(1_000_000), 7);
    let (ledger, vault) = (MemoryLedger::new(), MemoryPayments::default());
    let (now, user, amount) = (clock.now(), UserId::new("ana").unwrap(), "19.90".parse::<Money>().unwrap());
    let product = NewProduct { id: PRODUCT, name: "Mouse".into(), price: amount, stock: 1 };
    ledger.create(&product, now).await.unwrap();
    let command = ReserveCommand {
        reservation_id: RESERVATION,
        product_id: PRODUCT,
        user_id: user.clone(),
        quantity: Quantity::new(1).unwrap(),
        price: amount,
        total_price: amount,
    };
    ledger.reserve(&command, now.plus_millis(900_000), now).await.unwrap().unwrap();
    let item = NewPaymentItem {
        payment_id: PAYMENT,
        reservation_id: RESERVATION,
        user_id: user.clone(),
        amount,
        card_expires_at: now.plus_millis(1_800_000),
    };
    vault.put(&item, card()).await.unwrap();
    let request = gateway_domain::begin::PaymentRequest {
        payment_id: PAYMENT,
        reservation_id: RESERVATION,
        product_id: PRODUCT,
        user_id: user,
        quantity: Quantity::new(1).unwrap(),
        amount,
        card: card().summary(),
        accepted_at: now,
    };
    ledger.begin(&[Begin { request, origin: origin(topics::ORDER_QUEUE), trace: None }], now).await.unwrap();
    let provider = MemoryProvider::default();
    let step = HandleDlq { ledger, vault, provider, clock, inquiry_grace_ms: GRACE_MS };
    Town { step, log: MemoryLog::new(1) }
}

fn card() -> CardSecret {
    CardSecret::Raw {
        pan: Pan::new("4539620659922097".to_owned()).ok().unwrap(),
        cvv: Cvv::new("123".to_owned(), Brand::Visa).ok().unwrap(),
        expiry: CardExpiry { month: 12, year: 2030 },
    }
}

fn origin(topic: &str) -> RecordOrigin {
    RecordOrigin { topic: topic.to_owned(), partition: 0, offset: 5 }
}

fn attempt_letter(cause: &str) -> DeadLetter {
    let message = AttemptRequested {
        payment_id: PAYMENT,
        reservation_id: RESERVATION,
        amount: gateway_wire::money::WireMoney("19.90".parse().unwrap()),
        attempt: 1,
        accepted_at_ms: 1_000_000,
    };
    letter(topics::PROCESS_PURCHASES, cause, &serde_json::to_vec(&message).unwrap())
}

fn letter(topic: &str, cause: &str, value: &[u8]) -> DeadLetter {
    DeadLetter {
        kind: DeadLetterKind::V1,
        origin: origin(topic),
        step: "test".to_owned(),
        cause: DeadLetterCause { code: cause.to_owned(), message: String::new() },
        payment_id: None,
        key_base64: None,
        value_base64: Some(to_base64(value)),
        dead_at_ms: 1_000_000,
    }
}

impl Town {
    /// Delivers a letter; whether it was finished.
    async fn deliver(&self, value: Vec<u8>) -> bool {
        let record = RawRecord {
            origin: RecordOrigin { topic: topics::PAYMENT_DLQ.to_owned(), partition: 0, offset: 9 },
            timestamp_ms: 1_000_000,
            key: Some(RESERVATION.to_string().into_bytes()),
            value: Some(value),
            headers: Vec::new(),
        };
        let response = run_batch(&self.step, &self.log, &self.step.clock, vec![record]).await;
        response.batch_item_failures.is_empty()
    }

    async fn deliver_letter(&self, letter: &DeadLetter) -> bool {
        self.deliver(serde_json::to_vec(letter).unwrap()).await
    }

    /// One attempt at the PSP whose outcome is recorded as unknown.
    async fn attempt(&self, step: Step) {
        self.step.provider.script(PAYMENT, [step]);
        let AttemptClaim::Claimed(claimed) = self.claim().await else { panic!("not claimed") };
        let request =
            ChargeRequest { payment_id: PAYMENT, amount: Cents::new(1990).unwrap(), card: &claimed.card };
        self.step.provider.charge(request).await;
        let failure = AttemptFailure {
            certainty: Certainty::Unknown,
            code: "timeout".to_owned(),
            message: String::new(),
            retry_after_ms: None,
        };
        self.step.vault.record_failure(PAYMENT, claimed.fence, &failure).await.unwrap();
    }

    async fn claim(&self) -> AttemptClaim {
        self.step.vault.claim_attempt(PAYMENT, 1, self.step.clock.now(), ATTEMPT_LEASE_MS).await.unwrap()
    }

    async fn status(&self) -> PaymentStatus {
        self.step.ledger.payment(PAYMENT).await.unwrap().unwrap().status
    }

    async fn reservation(&self) -> ReservationStatus {
        self.step.ledger.reservation(RESERVATION).await.unwrap().unwrap().status
    }

    async fn resolution(&self) -> Option<String> {
        self.step.ledger.list(10).await.unwrap().first().and_then(|row| row.resolution.clone())
    }
}

#[tokio::test]
async fn a_payment_is_failed_only_when_the_psp_says_so_and_a_charge_cannot_be_on_its_way() {
    let town = town().await;
    town.attempt(Step::LoseRequest).await;
    assert!(!town.deliver_letter(&attempt_letter("card_gone")).await, "too early");
    assert_eq!(town.status().await, PaymentStatus::Processing);
    town.step.clock.advance_millis(GRACE_MS);
    assert!(town.deliver_letter(&attempt_letter("card_gone")).await);
    assert_eq!(town.status().await, PaymentStatus::Failed);
    assert_eq!(town.reservation().await, ReservationStatus::Held);
    assert!(!town.step.vault.has_card(PAYMENT));
}

#[tokio::test]
async fn a_charge_that_nobody_heard_of_is_found_and_settled() {
    let town = town().await;
    town.attempt(Step::LoseAnswer(gateway_memory::provider::Decides::Authorize)).await;
    assert!(town.deliver_letter(&attempt_letter("card_gone")).await);
    assert_eq!(town.status().await, PaymentStatus::Authorized);
    assert_eq!(town.reservation().await, ReservationStatus::Confirmed);
    assert_eq!(town.resolution().await.as_deref(), Some("settled"));
}

#[tokio::test]
async fn while_a_holder_may_be_at_the_psp_nothing_is_concluded() {
    let town = town().await;
    assert!(matches!(town.claim().await, AttemptClaim::Claimed(_)));
    town.step.clock.advance_millis(GRACE_MS + 1);
    assert!(!town.deliver_letter(&attempt_letter("retries_exhausted")).await);
    assert_eq!(town.status().await, PaymentStatus::Processing);
    town.step.clock.advance_millis(ATTEMPT_LEASE_MS + GRACE_MS);
    assert!(town.deliver_letter(&attempt_letter("retries_exhausted")).await);
    assert_eq!(town.status().await, PaymentStatus::Failed);
}

#[tokio::test]
async fn a_psp_that_cannot_say_puts_the_payment_under_review() {
    let town = town().await;
    town.attempt(Step::LoseRequest).await;
    town.step.provider.set_silent(true);
    assert!(town.deliver_letter(&attempt_letter("card_gone")).await);
    assert_eq!(town.status().await, PaymentStatus::InReview);
    assert_eq!(town.reservation().await, ReservationStatus::Paying);
}

#[tokio::test]
async fn a_verdict_in_the_letter_is_settled_without_asking() {
    let town = town().await;
    town.step.provider.set_silent(true);
    let message = AttemptCompleted {
        payment_id: PAYMENT,
        reservation_id: RESERVATION,
        attempt: 1,
        verdict: WireVerdict::Authorized {
            charge_id: "CHAR_1".to_owned(),
            authorization_code: None,
            card: None,
        },
        learned_by: gateway_wire::messages::LearnedBy::Charge,
        decided_at_ms: 1_000_000,
    };
    let value = serde_json::to_vec(&message).unwrap();
    assert!(town.deliver_letter(&letter(topics::PURCHASES_PROCESSED, "retries_exhausted", &value)).await);
    assert_eq!(town.status().await, PaymentStatus::Authorized);
}

#[tokio::test]
async fn a_charge_found_after_the_payment_had_failed_is_cancelled() {
    let town = town().await;
    town.attempt(Step::LoseAnswer(gateway_memory::provider::Decides::Authorize)).await;
    let failed = Settle {
        payment_id: PAYMENT,
        attempt: 1,
        settlement: Settlement::Failed { reason: "test".to_owned() },
        step: "test",
        learned_by: "test",
        origin: None,
    };
    town.step.ledger.settle(&[failed], town.step.clock.now()).await.unwrap();
    assert!(town.deliver_letter(&attempt_letter("card_gone")).await);
    assert_eq!(town.status().await, PaymentStatus::Failed, "a final status absorbs");
    assert!(town.step.provider.charge_of(PAYMENT).unwrap().cancelled);
    assert_eq!(town.resolution().await.as_deref(), Some("voided"));
}

#[tokio::test]
async fn whatever_a_record_holds_it_is_kept_and_blocks_nothing() {
    let unknown = letter(topics::PROCESS_PURCHASES, "undecodable", b"\xff\x00 no json");
    for value in [Vec::new(), b"{}".to_vec(), b"[1,2".to_vec(), serde_json::to_vec(&unknown).unwrap()] {
        let town = town().await;
        assert!(town.deliver(value.clone()).await, "{value:?}");
        assert_eq!(town.resolution().await.as_deref(), Some("unattributed"));
        assert_eq!(town.status().await, PaymentStatus::Processing);
    }
}

#[tokio::test]
async fn a_recorded_verdict_is_settled_from_the_vault() {
    let town = town().await;
    let AttemptClaim::Claimed(claimed) = town.claim().await else { panic!("not claimed") };
    let declined = Verdict::Declined {
        charge_id: Some(ChargeId("CHAR_1".to_owned())),
        code: "10002".to_owned(),
        message: String::new(),
        card: None,
    };
    town.step.vault.record_verdict(PAYMENT, claimed.fence, &declined).await.unwrap();
    town.step.provider.set_silent(true);
    assert!(town.deliver_letter(&attempt_letter("retries_exhausted")).await);
    assert_eq!(town.status().await, PaymentStatus::Declined);
}

/// The PSP authorized an attempt, as a webhook told, when the payment had ended.
fn late_authorization(attempt: u32, charge_id: &str) -> DeadLetter {
    let message = AttemptCompleted {
        payment_id: PAYMENT,
        reservation_id: RESERVATION,
        attempt,
        verdict: WireVerdict::Authorized {
            charge_id: charge_id.to_owned(),
            authorization_code: None,
            card: None,
        },
        learned_by: gateway_wire::messages::LearnedBy::Webhook,
        decided_at_ms: 1_000_000,
    };
    let value = serde_json::to_vec(&message).unwrap();
    letter(topics::PURCHASES_PROCESSED, "late_authorization", &value)
}

#[tokio::test]
async fn an_authorization_is_cancelled_also_where_the_vault_holds_another_verdict() {
    let town = town().await;
    town.attempt(Step::LoseAnswer(gateway_memory::provider::Decides::Authorize)).await;
    // PagBank refused the next attempt's card, and knew of no charge yet.
    let refused =
        Verdict::Declined { charge_id: None, code: "40002".to_owned(), message: String::new(), card: None };
    town.step.vault.record_learned(PAYMENT, &refused).await.unwrap();
    let declined = Settle {
        payment_id: PAYMENT,
        attempt: 2,
        settlement: Settlement::Verdict(refused),
        step: "settle-payment",
        learned_by: "charge",
        origin: None,
    };
    town.step.ledger.settle(&[declined], town.step.clock.now()).await.unwrap();
    assert!(town.deliver_letter(&late_authorization(2, &format!("CHAR_{PAYMENT}"))).await);
    assert!(town.step.provider.charge_of(PAYMENT).unwrap().cancelled);
    assert_eq!(town.status().await, PaymentStatus::Declined);
    assert_eq!(town.resolution().await.as_deref(), Some("voided"));
}

/// A person's word may have named a charge that is none: then the one that turns up is the only money there is.
#[tokio::test]
async fn a_second_charge_is_cancelled_only_beside_one_that_the_psp_holds() {
    let charge = format!("CHAR_{PAYMENT}");
    for (own, told, resolution) in
        [("CHAR_MISTYPED", charge.as_str(), "unresolved"), (charge.as_str(), "CHAR_SECOND", "void_refused")]
    {
        let town = town().await;
        town.attempt(Step::LoseAnswer(gateway_memory::provider::Decides::Authorize)).await;
        let authorized = |id: &str| Verdict::Authorized {
            charge_id: ChargeId(id.to_owned()),
            authorization_code: None,
            card: None,
        };
        let settled = Settle {
            payment_id: PAYMENT,
            attempt: 1,
            settlement: Settlement::Verdict(authorized(own)),
            step: "review-payments",
            learned_by: "review",
            origin: None,
        };
        town.step.ledger.settle(&[settled], town.step.clock.now()).await.unwrap();
        assert!(town.deliver_letter(&late_authorization(1, told)).await);
        assert!(!town.step.provider.charge_of(PAYMENT).unwrap().cancelled, "{own}");
        assert_eq!(town.status().await, PaymentStatus::Authorized);
        assert_eq!(town.resolution().await.as_deref(), Some(resolution), "{own}");
    }
}

#[tokio::test]
async fn a_mappings_letter_goes_on_with_the_trace_of_the_record_within() {
    let town = town().await;
    let bytes = |text: &str| text.bytes().map(u8::cast_signed).collect::<Vec<_>>();
    let trace = TraceContext::root(0x4bf9, 7).with_state("congo=1");
    let headers: Vec<_> =
        trace.to_headers().iter().map(|(name, text)| json!({ name.as_str(): bytes(text) })).collect();
    for (offset, headers, expected) in [
        (1, json!(headers), Some(trace.clone())),
        (2, json!([{ "other": null }]), None),
        (3, json!("what they should not be"), None),
    ] {
        let letter = json!({
            "requestContext": {
                "functionArn": "arn:aws:lambda:us-east-1:000000000000:function:settle-payment:live",
                "condition": "RetryAttemptsExhausted",
            },
            "payload": { "records": { "order_queue-0": [{
                "topic": topics::ORDER_QUEUE, "partition": 0, "offset": offset,
                "value": to_base64(b"no json"), "headers": headers,
            }] } },
        });
        assert!(town.deliver(letter.to_string().into_bytes()).await);
        let rows = town.step.ledger.list(10).await.unwrap();
        let row = rows.into_iter().find(|row| row.origin.offset == offset).unwrap();
        assert_eq!(row.step, "settle-payment");
        let kept = row.trace.unwrap();
        match expected {
            Some(trace) => assert_eq!(kept, trace),
            None => assert_ne!(kept.trace_id, trace.trace_id, "one of its own"),
        }
    }
}

/// Anybody may have produced it; what is kept of it must not be a card's number.
#[tokio::test]
async fn a_card_number_in_a_record_is_masked_before_it_is_kept() {
    const PAN: &str = "4539620659922097";
    let planted = json!({ "order": 1, "card": { "number": PAN, "card_security_code": "123" } }).to_string();
    let on_failure = |value: &str| {
        let record = json!({ "topic": topics::ORDER_QUEUE, "partition": 0, "offset": 7, "value": to_base64(value.as_bytes()),
            "key": to_base64(PAN.as_bytes()), "headers": [] });
        json!({ "requestContext": { "functionArn": "arn:aws:lambda:sa-east-1:1:function:f:live", "condition": PAN },
            "payload": { "records": { "order_queue-0": [record] } } })
    };
    let own = letter(topics::ORDER_QUEUE, "undecodable", planted.as_bytes());
    for value in [
        serde_json::to_vec(&own).unwrap(),
        serde_json::to_vec(&on_failure(&planted)).unwrap(),
        planted.clone().into_bytes(),
        serde_json::to_vec(&letter(PAN, PAN, planted.as_bytes())).unwrap(),
    ] {
        let town = town().await;
        assert!(town.deliver(value).await);
        let row = town.step.ledger.list(1).await.unwrap().remove(0);
        let kept = String::from_utf8(row.value.clone().unwrap()).unwrap();
        assert!(row.masked && kept.contains(r#""card_security_code":"***""#), "{kept}");
        let shown = format!("{row:?} {:?} {kept}", row.key.clone().map(String::from_utf8));
        assert!(!shown.contains(PAN), "{shown}");
    }
}

/// Ids, times and charges have long numbers too.
#[tokio::test]
async fn what_holds_no_card_number_is_kept_as_it_was() {
    macro_rules! golden {
        ($name:literal) => {
            include_bytes!(concat!("../../../events/golden/", $name, ".json")).as_slice()
        };
    }
    for (topic, value) in [
        (topics::ORDER_QUEUE, golden!("payment-requested")),
        (topics::PROCESS_PURCHASES, golden!("attempt-requested")),
        (topics::PURCHASES_PROCESSED, golden!("attempt-completed-authorized-encrypted")),
        (topics::PAYMENT_RETRY, golden!("retry-requested-unknown")),
        (topics::ORDER_QUEUE, b"\xff\x00 no json"),
    ] {
        let town = town().await;
        assert!(town.deliver_letter(&letter(topic, "retries_exhausted", value)).await, "{topic}");
        let row = town.step.ledger.list(1).await.unwrap().remove(0);
        assert_eq!((row.value.as_deref(), row.masked), (Some(value), false), "{topic}");
    }
}

/// It named a charge at its risk check, and now it knows of none: neither can be built upon.
#[tokio::test]
async fn a_charge_that_the_psp_no_longer_knows_puts_the_payment_under_review() {
    for ledger_knows in [true, false] {
        let town = town().await;
        let AttemptClaim::Claimed(claimed) = town.claim().await else { panic!("not claimed") };
        let analysed = Verdict::InAnalysis { charge_id: ChargeId("CHAR_GONE".to_owned()), card: None };
        town.step.vault.record_verdict(PAYMENT, claimed.fence, &analysed).await.unwrap();
        if ledger_knows {
            let settle = Settle {
                payment_id: PAYMENT,
                attempt: 1,
                settlement: Settlement::Verdict(analysed),
                step: "settle-payment",
                learned_by: "charge",
                origin: None,
            };
            town.step.ledger.settle(&[settle], town.step.clock.now()).await.unwrap();
        }
        town.step.clock.advance_millis(ATTEMPT_LEASE_MS + GRACE_MS + 1);
        assert!(town.deliver_letter(&attempt_letter("charge_missing")).await);
        assert_eq!(town.status().await, PaymentStatus::InReview);
        let payment = town.step.ledger.payment(PAYMENT).await.unwrap().unwrap();
        assert_eq!(payment.reason.as_deref(), Some("charge_missing"));
        assert_eq!(town.resolution().await.as_deref(), Some("in_review"));
        assert_eq!(town.reservation().await, ReservationStatus::Paying);
    }
}
