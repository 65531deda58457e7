//! Noting that an attempt was sent.

use gateway_domain::{PaymentStatus, Timestamp};
use gateway_ports::ledger::DueAttempt;

use crate::book::Book;
use crate::event;
use crate::note::Note;
use crate::row::UNLEASED;

const STEP: &str = "dispatch-retries";

impl Book {
    /// Notes that the attempt was sent: a scheduled payment is under way again, a stuck one has been
    /// asked about and is waited for anew; one that has moved on stays as it is.
    pub fn mark_dispatched(&mut self, sent: &DueAttempt, now: Timestamp) {
        let Some(payment) = self.payment(sent.payment_id) else { return };
        match payment.status {
            PaymentStatus::RetryScheduled if payment.attempt + 1 == sent.attempt => self.retried(sent, now),
            PaymentStatus::Processing | PaymentStatus::InAnalysis if payment.attempt == sent.attempt => self
                .update_row(sent.payment_id, |row| {
                    row.lease_until = UNLEASED;
                    row.silent_since = Some(now);
                }),
            _ => {}
        }
    }

    fn retried(&mut self, sent: &DueAttempt, now: Timestamp) {
        self.update(sent.payment_id, now, |payment| {
            payment.status = PaymentStatus::Processing;
            payment.attempt = sent.attempt;
            payment.next_attempt_at = None;
        });
        self.note(sent.payment_id, Note::new(now, STEP, event::RETRY_DISPATCHED).attempt(sent.attempt));
    }
}
