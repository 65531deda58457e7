//! Take, produce, mark.

use gateway_edge::kafka::{outgoing, produce};
use gateway_edge::trace;
use gateway_ports::ledger::{DispatchRetries as Dispatch, DueAttempt};
use gateway_ports::log::{MessageLog, OutgoingRecord};
use gateway_ports::{Clock, PortError};
use gateway_wire::money::WireMoney;
use gateway_wire::{AttemptRequested, topics};

use crate::{DispatchRetries, LEASE_MS, PAGE, RUN_MS, Report};

impl<L: Dispatch, K: MessageLog, C: Clock> DispatchRetries<L, K, C> {
    pub(crate) async fn dispatch(&self, report: &mut Report) -> Result<(), PortError> {
        let started = self.clock.now();
        let (mut more_due, mut more_stuck) = (true, true);
        while (more_due || more_stuck) && self.clock.now().since(started) < RUN_MS {
            let now = self.clock.now();
            if more_due {
                let due = self.ledger.take_due(now, LEASE_MS, PAGE).await?;
                let (taken, sent) = (due.len(), self.send_and_mark(due, report).await?);
                report.due += sent;
                more_due = may_be_more(taken, sent);
            }
            if more_stuck {
                let unchanged_since = now.plus_millis(-self.stuck_after_ms);
                let stuck = self.ledger.take_stuck(unchanged_since, now, LEASE_MS, PAGE).await?;
                let (taken, sent) = (stuck.len(), self.send_and_mark(stuck, report).await?);
                report.stuck += sent;
                more_stuck = may_be_more(taken, sent);
            }
        }
        Ok(())
    }

    /// Marks only what Kafka has acknowledged; returns how many that is.
    async fn send_and_mark(
        &self,
        attempts: Vec<DueAttempt>,
        report: &mut Report,
    ) -> Result<usize, PortError> {
        if attempts.is_empty() {
            return Ok(0);
        }
        // Before it is sent, since its outcome may come before its acknowledgement.
        let sent_at = self.clock.now();
        let sent = self.send(attempts, report).await;
        if !sent.is_empty() {
            self.ledger.mark_dispatched(&sent, sent_at).await?;
        }
        Ok(sent.len())
    }

    /// Produces the attempts; returns those that Kafka acknowledged.
    async fn send(&self, attempts: Vec<DueAttempt>, report: &mut Report) -> Vec<DueAttempt> {
        let records = attempts.iter().map(|attempt| self.record(attempt)).collect();
        let mut sent = Vec::with_capacity(attempts.len());
        for (attempt, produced) in attempts.into_iter().zip(produce(&self.log, records).await) {
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

    /// The trace goes on where the failed attempt's handling left it.
    fn record(&self, attempt: &DueAttempt) -> OutgoingRecord {
        let message = AttemptRequested {
            payment_id: attempt.payment_id,
            reservation_id: attempt.reservation_id,
            amount: WireMoney(attempt.amount),
            attempt: attempt.attempt,
            accepted_at_ms: attempt.accepted_at.as_millis(),
        };
        let cause = attempt.trace.clone().unwrap_or_else(|| trace::start(&self.clock));
        outgoing(topics::PROCESS_PURCHASES, attempt.reservation_id, &message, &cause, &self.clock)
    }
}

/// Whether a page was full. Where Kafka is away nothing of it was sent, and the next one would only wait as long again.
const fn may_be_more(taken: usize, sent: usize) -> bool {
    taken >= PAGE as usize && sent > 0
}
