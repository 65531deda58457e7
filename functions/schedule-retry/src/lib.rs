//! Puts a failed attempt on the retry table: due after an exponential back-off with jitter.
//!
//! Reads `payment_retry`. When no retry is left the record goes to the dead-letter queue, where the
//! PSP is asked what happened. Retries wait in a table, never in a partition.

use gateway_domain::Timestamp;
use gateway_domain::charge::AttemptFailure;
use gateway_domain::retry::{FailedAttempt, RetryDecision, RetryPolicy};
use gateway_edge::kafka::{self, Outcome, RawRecord, Record, Step};
use gateway_ports::Clock;
use gateway_ports::ledger::{Fail, ScheduleRetries};
use gateway_wire::{DeadLetterCause, RetryRequested};

/// The step with the ports it needs.
pub struct ScheduleRetry<L, C> {
    /// Where retries wait.
    pub ledger: L,
    /// How they are spaced.
    pub policy: RetryPolicy,
    /// Time and the jitter's lot.
    pub clock: C,
}

impl<L: ScheduleRetries, C: Clock> Step for ScheduleRetry<L, C> {
    const NAME: &'static str = "schedule-retry";
    type Message = RetryRequested;

    fn decode(record: &RawRecord) -> Result<RetryRequested, DeadLetterCause> {
        kafka::decode_json(record)
    }

    async fn handle(&self, batch: Vec<Record<RetryRequested>>) -> Vec<Outcome> {
        let commands: Vec<_> = batch.iter().map(|record| self.command(record)).collect();
        match self.ledger.schedule(&commands, &self.policy, self.clock.now()).await {
            Ok(decisions) => batch.iter().zip(decisions).map(outcome).collect(),
            Err(error) => vec![Outcome::of_error("not scheduled", &error); batch.len()],
        }
    }
}

impl<L, C: Clock> ScheduleRetry<L, C> {
    fn command(&self, record: &Record<RetryRequested>) -> Fail {
        let message = &record.message;
        Fail {
            payment_id: message.payment_id,
            failed: FailedAttempt {
                attempt: message.attempt,
                failed_at: Timestamp::from_millis(message.failed_at_ms),
                retry_after_ms: message.failure.retry_after_ms,
                jitter_permille: self.clock.jitter_permille(),
            },
            failure: AttemptFailure::from(message.failure.clone()),
            origin: record.origin.clone(),
            trace: Some(record.trace.clone()),
        }
    }
}

fn outcome((record, decision): (&Record<RetryRequested>, RetryDecision)) -> Outcome {
    let message = &record.message;
    tracing::info!(payment_id = %message.payment_id, attempt = message.attempt, ?decision,
        topic = record.origin.topic, partition = record.origin.partition, offset = record.origin.offset, "scheduled");
    match decision {
        RetryDecision::At(_) | RetryDecision::Stale(_) => Outcome::Done,
        RetryDecision::Exhausted(reason) => Outcome::Dead(DeadLetterCause {
            code: reason.as_str().to_owned(),
            message: format!("attempt {} failed last: {}", message.attempt, message.failure.code),
        }),
        RetryDecision::UnknownPayment => Outcome::Dead(DeadLetterCause {
            code: "unknown_payment".to_owned(),
            message: "a retry for a payment that the ledger does not know".to_owned(),
        }),
    }
}
