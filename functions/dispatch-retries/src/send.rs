//! Take, produce, mark.

use gateway_edge::TraceContext;
use gateway_edge::kafka::outgoing;
use gateway_ports::ledger::{DispatchRetries as Dispatch, DueAttempt};
use gateway_ports::log::{MessageLog, OutgoingRecord};
use gateway_ports::{Clock, PortError};
use gateway_wire::money::WireMoney;
use gateway_wire::{AttemptRequested, topics};

use crate::{DUE_LEASE_MS, DispatchRetries, PAGE, PAGES_MAX, Report};

impl<L: Dispatch, K: MessageLog, C: Clock> DispatchRetries<L, K, C> {
    pub(crate) async fn dispatch(&self, report: &mut Report) -> Result<(), PortError> {
        self.dispatch_due(report).await?;
        self.sweep_stuck(report).await
    }

    async fn dispatch_due(&self, report: &mut Report) -> Result<(), PortError> {
        for _ in 0..PAGES_MAX {
            let taken = self.ledger.take_due(self.clock.now(), DUE_LEASE_MS, PAGE).await?;
            let last = taken.len() < PAGE as usize;
            let sent = self.send(taken, report).await;
            report.due += sent.len();
            if !sent.is_empty() {
                self.ledger.mark_dispatched(&sent, self.clock.now()).await?;
            }
            if last {
                break;
            }
        }
        Ok(())
    }

    /// A swept payment stays as it is, so it is not marked: its lease keeps the next runs from asking
    /// again before another `stuck_after_ms` has passed.
    async fn sweep_stuck(&self, report: &mut Report) -> Result<(), PortError> {
        for _ in 0..PAGES_MAX {
            let now = self.clock.now();
            let unchanged_since = now.plus_millis(-self.stuck_after_ms);
            let taken = self.ledger.take_stuck(unchanged_since, now, self.stuck_after_ms, PAGE).await?;
            let last = taken.len() < PAGE as usize;
            report.stuck += self.send(taken, report).await.len();
            if last {
                break;
            }
        }
        Ok(())
    }

    /// Produces the attempts; returns those that Kafka acknowledged.
    async fn send(&self, attempts: Vec<DueAttempt>, report: &mut Report) -> Vec<DueAttempt> {
        if attempts.is_empty() {
            return attempts;
        }
        let records = attempts.iter().map(|attempt| self.record(attempt)).collect();
        let mut sent = Vec::with_capacity(attempts.len());
        for (attempt, produced) in attempts.into_iter().zip(self.log.produce(records).await) {
            match produced {
                Ok(_) => sent.push(attempt),
                Err(error) => {
                    report.unacknowledged += 1;
                    tracing::warn!(payment_id = %attempt.payment_id, attempt = attempt.attempt, %error,
                        "attempt not produced");
                }
            }
        }
        sent
    }

    /// The request's trace ended with the failed attempt; each retry begins one.
    fn record(&self, attempt: &DueAttempt) -> OutgoingRecord {
        let message = AttemptRequested {
            payment_id: attempt.payment_id,
            reservation_id: attempt.reservation_id,
            amount: WireMoney(attempt.amount),
            attempt: attempt.attempt,
            accepted_at_ms: attempt.accepted_at.as_millis(),
        };
        let trace = TraceContext::start(&self.clock);
        outgoing(topics::PROCESS_PURCHASES, attempt.reservation_id, &message, trace, &self.clock)
    }
}
