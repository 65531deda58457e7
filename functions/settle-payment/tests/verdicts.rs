//! What a verdict does to a payment and its reservation.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests fail by panicking")]

use gateway_domain::{PaymentId, PaymentStatus, ReservationStatus};
use gateway_edge::kafka::{RawRecord, run_batch};
use gateway_memory::shop::{PAYMENT, RESERVATION, Shop};
use gateway_memory::{clock::ManualClock, ledger::MemoryLedger, log::MemoryLog};
use gateway_wire::messages::{LearnedBy, WireVerdict};
use gateway_wire::{AttemptCompleted, DeadLetter, RecordOrigin, topics};
use settle_payment::SettlePayment;

struct Town {
    step: SettlePayment<MemoryLedger, ManualClock>,
    log: MemoryLog,
}

async fn town() -> Town {
    let Shop { ledger, log, clock, .. } = Shop::with_payment_begun().await.unwrap();
    Town { step: SettlePayment { ledger, clock }, log }
}

impl Town {
    /// Delivers verdicts of one payment in one batch; how many are left unfinished.
    async fn deliver(&self, payment_id: PaymentId, verdicts: &[WireVerdict]) -> usize {
        let records = (0..).zip(verdicts).map(|(offset, verdict)| record(offset, payment_id, verdict));
        let records = records.collect();
        run_batch(&self.step, &self.log, &self.step.clock, records).await.batch_item_failures.len()
    }

    fn causes(&self) -> Vec<String> {
        let read = |value: &[u8]| serde_json::from_slice::<DeadLetter>(value).unwrap().cause.code;
        self.log.records(topics::PAYMENT_DLQ).iter().map(|logged| read(&logged.record.value)).collect()
    }
}

fn record(offset: i64, payment_id: PaymentId, verdict: &WireVerdict) -> RawRecord {
    let message = AttemptCompleted {
        payment_id,
        reservation_id: RESERVATION,
        attempt: 1,
        verdict: verdict.clone(),
        learned_by: LearnedBy::Charge,
        decided_at_ms: 0,
    };
    RawRecord {
        origin: RecordOrigin { topic: topics::PURCHASES_PROCESSED.to_owned(), partition: 0, offset },
        timestamp_ms: 0,
        key: Some(RESERVATION.to_string().into_bytes()),
        value: Some(serde_json::to_vec(&message).unwrap()),
        headers: Vec::new(),
    }
}

fn authorized(charge_id: &str) -> WireVerdict {
    WireVerdict::Authorized { charge_id: charge_id.to_owned(), authorization_code: None, card: None }
}

fn declined() -> WireVerdict {
    WireVerdict::Declined { charge_id: None, code: "10002".to_owned(), message: String::new(), card: None }
}

fn in_analysis() -> WireVerdict {
    WireVerdict::InAnalysis { charge_id: "CHAR_1".to_owned(), card: None }
}

/// A case, its verdicts, where payment and reservation stand then, and what was dead-lettered.
type Row<'a> = (&'a str, &'a [WireVerdict], PaymentStatus, ReservationStatus, &'a [&'a str]);

#[tokio::test]
async fn verdicts_end_the_payment_and_move_its_reservation() {
    use PaymentStatus::{Authorized, Declined, InAnalysis};
    use ReservationStatus::{Confirmed, Held, Paying};
    let rows: [Row<'_>; 7] = [
        ("authorized", &[authorized("CHAR_1")], Authorized, Confirmed, &[]),
        ("declined", &[declined()], Declined, Held, &[]),
        ("at the risk check", &[in_analysis()], InAnalysis, Paying, &[]),
        ("cleared", &[in_analysis(), authorized("CHAR_1")], Authorized, Confirmed, &[]),
        ("told twice", &[authorized("CHAR_1"), authorized("CHAR_1")], Authorized, Confirmed, &[]),
        ("too late", &[declined(), authorized("CHAR_1")], Declined, Held, &["late_authorization"]),
        (
            "charged twice",
            &[authorized("CHAR_1"), authorized("CHAR_2")],
            Authorized,
            Confirmed,
            &["late_authorization"],
        ),
    ];
    for (case, verdicts, payment, reservation, causes) in rows {
        let town = town().await;
        assert_eq!(town.deliver(PAYMENT, verdicts).await, 0, "{case}");
        assert_eq!(town.step.ledger.standing(), (Some(payment), Some(reservation)), "{case}");
        assert_eq!(town.causes(), causes, "{case}");
    }
}

#[tokio::test]
async fn a_verdict_for_no_known_payment_is_dead_lettered() {
    let town = town().await;
    assert_eq!(town.deliver(PaymentId::from_u128(99), &[authorized("CHAR_9")]).await, 0);
    assert_eq!(town.causes(), ["unknown_payment"]);
}

#[tokio::test]
async fn a_dead_letter_that_kafka_does_not_take_leaves_its_record_unfinished() {
    let town = town().await;
    town.log.fail_next(1, "broker away");
    assert_eq!(town.deliver(PaymentId::from_u128(99), &[authorized("CHAR_9")]).await, 1);
    assert!(town.causes().is_empty());
}
