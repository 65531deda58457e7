//! Payments whose charge may have turned up.

use gateway_domain::{Payment, Timestamp};
use gateway_ledger::PaymentRow;
use gateway_ports::PortError;
use gateway_ports::watch::{LookedFor, WatchPayments};

use super::MemoryLedger;

impl WatchPayments for MemoryLedger {
    async fn take_watched(
        &self,
        now: Timestamp,
        lease_ms: i64,
        limit: u32,
    ) -> Result<Vec<Payment>, PortError> {
        let mut state = self.lock();
        let due = |row: &PaymentRow| Some((row.watch_at, row.to_look_after(now)?));
        let mut found: Vec<_> = state.payments.values().filter_map(due).collect();
        found.sort_by_key(|(watch_at, payment)| (*watch_at, payment.id));
        found.truncate(limit as usize);
        let taken: Vec<_> = found.into_iter().map(|(_, payment)| payment).collect();
        for payment in &taken {
            if let Some(row) = state.payments.get_mut(&payment.id) {
                row.lease_until = now.plus_millis(lease_ms);
            }
        }
        Ok(taken)
    }

    async fn mark_looked_after(&self, looked: &[LookedFor], now: Timestamp) -> Result<(), PortError> {
        let mut state = self.lock();
        let mut book = state.open(looked.iter().map(|it| it.payment_id), []);
        looked.iter().for_each(|it| book.mark_looked_after(it, now));
        state.write(book.close())
    }
}
