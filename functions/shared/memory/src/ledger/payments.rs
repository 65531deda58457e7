//! Beginning, settling, scheduling and reading payments.

use gateway_domain::begin::BeginDecision;
use gateway_domain::retry::{RetryDecision, RetryPolicy};
use gateway_domain::settle::SettleDecision;
use gateway_domain::{Payment, PaymentId, Timestamp};
use gateway_ports::PortError;
use gateway_ports::ledger::{
    Begin, BeginPayments, Fail, ReadPayments, ScheduleRetries, Settle, SettlePayments,
};
use gateway_ports::timeline::TimelineEvent;
use gateway_wire::TraceContext;

use super::MemoryLedger;

impl BeginPayments for MemoryLedger {
    async fn begin(&self, batch: &[Begin], now: Timestamp) -> Result<Vec<BeginDecision>, PortError> {
        let mut state = self.lock();
        let payments = batch.iter().map(|item| item.request.payment_id);
        let mut book = state.open(payments, batch.iter().map(|item| item.request.reservation_id));
        let decisions = batch.iter().map(|item| book.begin(item, now)).collect();
        state.write(book.close())?;
        Ok(decisions)
    }
}

impl SettlePayments for MemoryLedger {
    async fn settle(&self, batch: &[Settle], now: Timestamp) -> Result<Vec<SettleDecision>, PortError> {
        let mut state = self.lock();
        let mut book = state.open(batch.iter().map(|item| item.payment_id), []);
        let decisions = batch
            .iter()
            .map(|item| book.settle(item, now))
            .collect::<Result<_, _>>()
            .map_err(|error| PortError::permanent(error.to_string()))?;
        state.write(book.close())?;
        Ok(decisions)
    }
}

impl ScheduleRetries for MemoryLedger {
    async fn schedule(
        &self,
        batch: &[Fail],
        policy: &RetryPolicy,
        now: Timestamp,
    ) -> Result<Vec<RetryDecision>, PortError> {
        let mut state = self.lock();
        let mut book = state.open(batch.iter().map(|item| item.payment_id), []);
        let decisions = batch.iter().map(|item| book.schedule(item, policy, now)).collect();
        state.write(book.close())?;
        Ok(decisions)
    }
}

impl ReadPayments for MemoryLedger {
    async fn payment(&self, id: PaymentId) -> Result<Option<Payment>, PortError> {
        Ok(self.lock().payments.get(&id).map(|row| row.payment.clone()))
    }

    async fn trace(&self, id: PaymentId) -> Result<Option<TraceContext>, PortError> {
        Ok(self.lock().payments.get(&id).and_then(|row| row.trace.clone()))
    }

    async fn timeline(&self, id: PaymentId) -> Result<Vec<TimelineEvent>, PortError> {
        Ok(self.lock().timelines.get(&id).cloned().unwrap_or_default())
    }
}
