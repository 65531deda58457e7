//! Telling what became of an attempt.

use gateway_domain::Verdict;
use gateway_domain::charge::AttemptFailure;
use gateway_edge::kafka::{Outcome, Record, emit, outgoing};
use gateway_ports::Clock;
use gateway_ports::log::{MessageLog, OutgoingRecord};
use gateway_wire::messages::{LearnedBy, WireVerdict};
use gateway_wire::money::WireMoney;
use gateway_wire::{AttemptCompleted, RetryRequested, topics};

use crate::attempt::News;
use crate::{Attempt, ProcessPayment};

impl<A, P, K: MessageLog, C: Clock> ProcessPayment<A, P, K, C> {
    /// Produces the news and awaits Kafka's acknowledgement.
    pub(crate) async fn tell(&self, record: &Record<Attempt>, news: News) -> Outcome {
        let own = match news {
            News::Verdict(verdict, learned_by) => self.completed(record, verdict, learned_by),
            News::Failure(failure) => self.retry(record, failure),
            News::Nothing => return Outcome::Done,
            News::Dead(cause) => return Outcome::Dead(cause),
        };
        emit(&self.log, vec![Ok(vec![own])]).await.pop().unwrap_or(Outcome::Done)
    }

    fn completed(&self, record: &Record<Attempt>, verdict: Verdict, learned_by: LearnedBy) -> OutgoingRecord {
        let attempt = &record.message;
        tracing::info!(payment_id = %attempt.payment_id, attempt = attempt.number,
            verdict = verdict.as_str(), topic = record.origin.topic, partition = record.origin.partition,
            offset = record.origin.offset, "decided");
        let message = AttemptCompleted {
            payment_id: attempt.payment_id,
            reservation_id: attempt.reservation_id,
            attempt: attempt.number,
            verdict: WireVerdict::from(verdict),
            learned_by,
            decided_at_ms: self.clock.now().as_millis(),
        };
        outgoing(topics::PURCHASES_PROCESSED, attempt.reservation_id, &message, &record.trace, &self.clock)
    }

    fn retry(&self, record: &Record<Attempt>, failure: AttemptFailure) -> OutgoingRecord {
        let attempt = &record.message;
        tracing::warn!(payment_id = %attempt.payment_id, attempt = attempt.number,
            certainty = failure.certainty.as_str(), code = failure.code, topic = record.origin.topic,
            partition = record.origin.partition, offset = record.origin.offset, "no verdict");
        let message = RetryRequested {
            payment_id: attempt.payment_id,
            reservation_id: attempt.reservation_id,
            amount: WireMoney(attempt.amount.to_money()),
            attempt: attempt.number,
            failure: failure.into(),
            failed_at_ms: self.clock.now().as_millis(),
        };
        outgoing(topics::PAYMENT_RETRY, attempt.reservation_id, &message, &record.trace, &self.clock)
    }
}
