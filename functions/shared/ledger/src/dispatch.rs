//! Noting that an attempt was sent.

use gateway_domain::{PaymentId, PaymentStatus, Timestamp};
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
            PaymentStatus::RetryScheduled if payment.attempt + 1 == sent.attempt => {
                self.retried(sent.payment_id, sent.attempt, now, now);
            }
            PaymentStatus::Processing | PaymentStatus::InAnalysis if payment.attempt == sent.attempt => self
                .update_row(sent.payment_id, |row| {
                    row.lease_until = UNLEASED;
                    row.silent_since = Some(now);
                }),
            _ => {}
        }
    }

    /// Notes that the attempt was sent, where its outcome comes before the dispatcher's mark: without it
    /// there could be none. The dispatcher's clock is not known here; it sent when the attempt was due,
    /// or soon after.
    pub(crate) fn overtake_dispatch(&mut self, payment_id: PaymentId, attempt: u32, now: Timestamp) {
        let Some(payment) = self.payment(payment_id) else { return };
        let overtaken = payment.status == PaymentStatus::RetryScheduled && payment.attempt + 1 == attempt;
        let Some(due) = payment.next_attempt_at.filter(|_| overtaken) else { return };
        self.retried(payment_id, attempt, due.min(now), now);
    }

    fn retried(&mut self, payment_id: PaymentId, attempt: u32, sent_at: Timestamp, now: Timestamp) {
        self.update(payment_id, now, |payment| {
            payment.status = PaymentStatus::Processing;
            payment.attempt = attempt;
            payment.next_attempt_at = None;
        });
        self.note(payment_id, Note::new(sent_at, STEP, event::RETRY_DISPATCHED).attempt(attempt));
    }
}
