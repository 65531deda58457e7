//! Payments under review.

use gateway_domain::settle::SettleDecision;
use gateway_domain::{Payment, PaymentId, PaymentStatus, Timestamp};
use gateway_ports::PortError;
use gateway_ports::ledger::Settle;
use gateway_ports::review::{Backlog, ReviewPayments, Reviewer};

use super::MemoryLedger;

impl ReviewPayments for MemoryLedger {
    async fn take_in_review(
        &self,
        asked_before: Timestamp,
        now: Timestamp,
        lease_ms: i64,
        limit: u32,
    ) -> Result<Vec<Payment>, PortError> {
        let mut state = self.lock();
        let rows = state.payments.values_mut();
        let mut found: Vec<_> = rows
            .filter_map(|row| {
                let payment = row.to_ask_about(asked_before, now)?;
                Some((row.asked_at, payment.id, payment, row))
            })
            .collect();
        found.sort_by_key(|(asked_at, id, ..)| (*asked_at, *id));
        found.truncate(limit as usize);
        let lease = |(_, _, payment, row): (_, _, Payment, &mut gateway_ledger::PaymentRow)| {
            row.lease_until = now.plus_millis(lease_ms);
            payment
        };
        Ok(found.into_iter().map(lease).collect())
    }

    async fn mark_asked(&self, ids: &[PaymentId], now: Timestamp) -> Result<(), PortError> {
        let mut state = self.lock();
        let mut book = state.open(ids.iter().copied(), []);
        ids.iter().for_each(|id| book.mark_asked(*id, now));
        state.write(book.close())
    }

    async fn review(
        &self,
        settle: &Settle,
        by: &Reviewer,
        now: Timestamp,
    ) -> Result<SettleDecision, PortError> {
        let mut state = self.lock();
        let mut book = state.open([settle.payment_id], []);
        let decision =
            book.review(settle, by, now).map_err(|error| PortError::permanent(error.to_string()))?;
        state.write(book.close())?;
        Ok(decision)
    }

    async fn backlog(&self, now: Timestamp) -> Result<Backlog, PortError> {
        let state = self.lock();
        let waiting = || {
            let payments = state.payments.values().map(|row| &row.payment);
            payments.filter(|payment| payment.status == PaymentStatus::InReview)
        };
        let under_way = |row: &&gateway_ledger::PaymentRow| {
            let status = row.payment.status;
            !status.is_final() && status != PaymentStatus::InReview
        };
        let open = state.dead_letters.iter().filter(|letter| letter.is_open_at(now));
        Ok(Backlog {
            in_review: waiting().count() as u64,
            oldest: waiting().map(|payment| payment.updated_at).min(),
            letters_open: open.count() as u64,
            oldest_under_way: state
                .payments
                .values()
                .filter(under_way)
                .map(|row| row.payment.accepted_at)
                .min(),
        })
    }
}
