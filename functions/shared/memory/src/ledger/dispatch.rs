//! Taking due and stuck payments for dispatch.

use gateway_domain::Timestamp;
use gateway_ledger::PaymentRow;
use gateway_ports::PortError;
use gateway_ports::ledger::{DispatchRetries, DueAttempt};

use super::MemoryLedger;

impl MemoryLedger {
    /// Leases up to `limit` rows that `attempt` finds something to send for, in the order of `since`.
    fn take(
        &self,
        attempt: impl Fn(&PaymentRow) -> Option<DueAttempt>,
        since: impl Fn(&PaymentRow) -> Option<Timestamp>,
        lease_until: Timestamp,
        limit: u32,
    ) -> Vec<DueAttempt> {
        let mut state = self.lock();
        let mut found: Vec<_> =
            state.payments.values().filter_map(|row| Some((since(row), attempt(row)?))).collect();
        found.sort_by_key(|(since, attempt)| (*since, attempt.payment_id));
        found.truncate(limit as usize);
        let taken: Vec<_> = found.into_iter().map(|(_, attempt)| attempt).collect();
        for attempt in &taken {
            if let Some(row) = state.payments.get_mut(&attempt.payment_id) {
                row.lease_until = lease_until;
            }
        }
        taken
    }
}

impl DispatchRetries for MemoryLedger {
    async fn take_due(
        &self,
        now: Timestamp,
        lease_ms: i64,
        limit: u32,
    ) -> Result<Vec<DueAttempt>, PortError> {
        let lease_until = now.plus_millis(lease_ms);
        Ok(self.take(|row| row.due(now), |row| row.payment.next_attempt_at, lease_until, limit))
    }

    async fn take_stuck(
        &self,
        unchanged_since: Timestamp,
        now: Timestamp,
        lease_ms: i64,
        limit: u32,
    ) -> Result<Vec<DueAttempt>, PortError> {
        let lease_until = now.plus_millis(lease_ms);
        Ok(self.take(|row| row.stuck(unchanged_since, now), |row| row.silent_since, lease_until, limit))
    }

    async fn mark_dispatched(&self, batch: &[DueAttempt], now: Timestamp) -> Result<(), PortError> {
        let mut state = self.lock();
        let mut book = state.open(batch.iter().map(|sent| sent.payment_id), []);
        for sent in batch {
            book.mark_dispatched(sent, now);
        }
        state.write(book.close())
    }
}
