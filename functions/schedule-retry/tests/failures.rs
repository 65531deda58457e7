//! When a failed attempt is tried again, and when no more.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests fail by panicking")]

use gateway_domain::retry::RetryPolicy;
use gateway_domain::{PaymentId, PaymentStatus, Timestamp};
use gateway_edge::kafka::{RawRecord, run_batch};
use gateway_memory::shop::{ACCEPTED, AMOUNT, PAYMENT, RESERVATION, Shop};
use gateway_memory::{clock::ManualClock, ledger::MemoryLedger, log::MemoryLog};
use gateway_wire::messages::{WireCertainty, WireFailure};
use gateway_wire::money::WireMoney;
use gateway_wire::{DeadLetter, RecordOrigin, RetryRequested, topics};
use schedule_retry::ScheduleRetry;

struct Town {
    step: ScheduleRetry<MemoryLedger, ManualClock>,
    log: MemoryLog,
}

async fn town() -> Town {
    let Shop { ledger, log, clock, .. } = Shop::with_payment_begun().await.unwrap();
    Town { step: ScheduleRetry { ledger, policy: RetryPolicy::default(), clock }, log }
}

fn failed(attempt: u32, after_ms: i64, retry_after_ms: Option<i64>) -> RetryRequested {
    RetryRequested {
        payment_id: PAYMENT,
        reservation_id: RESERVATION,
        amount: WireMoney(AMOUNT),
        attempt,
        failure: WireFailure {
            certainty: WireCertainty::Unknown,
            code: "timeout".to_owned(),
            message: String::new(),
            retry_after_ms,
        },
        failed_at_ms: ACCEPTED.plus_millis(after_ms).as_millis(),
    }
}

impl Town {
    /// Delivers one record; whether it was finished.
    async fn deliver(&self, message: &RetryRequested) -> bool {
        let record = RawRecord {
            origin: RecordOrigin { topic: topics::PAYMENT_RETRY.to_owned(), partition: 0, offset: 0 },
            timestamp_ms: 0,
            key: Some(RESERVATION.to_string().into_bytes()),
            value: Some(serde_json::to_vec(message).unwrap()),
            headers: Vec::new(),
        };
        let response = run_batch(&self.step, &self.log, &self.step.clock, vec![record]).await;
        response.batch_item_failures.is_empty()
    }

    fn due(&self) -> Option<Timestamp> {
        self.step.ledger.inspect(|rows| rows.payment(PAYMENT).unwrap().next_attempt_at)
    }

    fn status(&self) -> PaymentStatus {
        self.step.ledger.standing().0.unwrap()
    }

    fn causes(&self) -> Vec<String> {
        let read = |value: &[u8]| serde_json::from_slice::<DeadLetter>(value).unwrap().cause.code;
        self.log.records(topics::PAYMENT_DLQ).iter().map(|logged| read(&logged.record.value)).collect()
    }
}

#[tokio::test]
async fn a_failed_attempt_is_due_again_after_its_delay_give_or_take_a_fifth() {
    for (case, message, from_ms, to_ms) in [
        ("the first", failed(1, 1_000, None), 17_000, 25_000),
        ("the second", failed(2, 1_000, None), 49_000, 73_000),
        ("as long as the PSP asked", failed(1, 1_000, Some(300_000)), 301_000, 301_000),
    ] {
        let town = town().await;
        assert!(town.deliver(&message).await, "{case}");
        assert_eq!(town.status(), PaymentStatus::RetryScheduled, "{case}");
        let delay_ms = town.due().unwrap().since(ACCEPTED);
        assert!((from_ms..=to_ms).contains(&delay_ms), "{case}: {delay_ms} ms");
    }
}

#[tokio::test]
async fn when_no_retry_is_left_the_record_is_dead_lettered_and_the_status_stays() {
    for (message, cause) in [
        (failed(6, 1_000, None), "attempts_exhausted"),
        (failed(2, 1_790_000, None), "card_life_exhausted"),
        (failed(1, 0, Some(86_400_000)), "card_life_exhausted"),
    ] {
        let town = town().await;
        assert!(town.deliver(&message).await, "{cause}");
        assert_eq!(town.causes(), [cause]);
        assert_eq!(town.status(), PaymentStatus::Processing, "{cause}");
    }
}

#[tokio::test]
async fn a_repeated_record_does_not_move_the_due_time() {
    let town = town().await;
    town.deliver(&failed(1, 0, None)).await;
    let due = town.due();
    assert!(town.deliver(&failed(1, 9_000, None)).await);
    assert_eq!(town.due(), due);
}

#[tokio::test]
async fn a_retry_of_no_known_payment_is_dead_lettered() {
    let town = town().await;
    let message = RetryRequested { payment_id: PaymentId::from_u128(99), ..failed(1, 0, None) };
    assert!(town.deliver(&message).await);
    assert_eq!(town.causes(), ["unknown_payment"]);
}
