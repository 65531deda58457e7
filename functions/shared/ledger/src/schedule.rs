//! Putting a failed attempt on the retry table.

use gateway_domain::retry::{self, ExhaustedReason, RetryDecision, RetryPolicy};
use gateway_domain::{PaymentId, PaymentStatus, Timestamp};
use gateway_ports::ledger::Fail;

use crate::book::Book;
use crate::event;
use crate::note::Note;

const STEP: &str = "schedule-retry";

impl Book {
    /// Those of the batch's payments whose [`event::ONCE`] events must be recalled before it is
    /// scheduled. Scheduling never makes a later item of the batch exhausted that is not so now.
    #[must_use]
    pub fn recalled_by_schedule(&self, batch: &[Fail], policy: &RetryPolicy) -> Vec<PaymentId> {
        let exhausted = |item: &&Fail| {
            let decision = retry::decide(policy, &item.failed, self.payment(item.payment_id));
            matches!(decision, RetryDecision::Exhausted(_))
        };
        batch.iter().filter(exhausted).map(|item| item.payment_id).collect()
    }

    /// Schedules the next attempt, or notes that none is left.
    pub fn schedule(&mut self, item: &Fail, policy: &RetryPolicy, now: Timestamp) -> RetryDecision {
        let decision = retry::decide(policy, &item.failed, self.payment(item.payment_id));
        match decision {
            RetryDecision::At(due) => self.schedule_at(item, due, now),
            RetryDecision::Exhausted(reason) => self.tell_exhausted(item, reason, now),
            RetryDecision::Stale(_) | RetryDecision::UnknownPayment => {}
        }
        decision
    }

    fn schedule_at(&mut self, item: &Fail, due: Timestamp, now: Timestamp) {
        self.overtake_dispatch(item.payment_id, item.failed.attempt, now);
        self.update(item.payment_id, now, |payment| {
            payment.status = PaymentStatus::RetryScheduled;
            payment.attempt = item.failed.attempt;
            payment.next_attempt_at = Some(due);
        });
        if item.trace.is_some() {
            self.update_row(item.payment_id, |row| row.trace.clone_from(&item.trace));
        }
        self.note(item.payment_id, attempt_failed(item));
        let scheduled = Note::new(now, STEP, PaymentStatus::RetryScheduled.as_str())
            .attempt(item.failed.attempt)
            .detail("next_attempt_at_ms", &due.as_millis().to_string());
        self.note(item.payment_id, scheduled.caused_by(Some(&item.origin)));
    }

    /// The status is left to the step that asks the PSP what happened.
    fn tell_exhausted(&mut self, item: &Fail, reason: ExhaustedReason, now: Timestamp) {
        let exhausted = Note::new(now, STEP, event::RETRIES_EXHAUSTED)
            .attempt(item.failed.attempt)
            .detail("reason", reason.as_str())
            .not_retried(reason.as_str())
            .caused_by(Some(&item.origin));
        if self.tells(item.payment_id, &exhausted) {
            return;
        }
        self.overtake_dispatch(item.payment_id, item.failed.attempt, now);
        self.update(item.payment_id, now, |_| {});
        self.note(item.payment_id, attempt_failed(item));
        self.note(item.payment_id, exhausted);
    }
}

fn attempt_failed(item: &Fail) -> Note {
    Note::new(item.failed.failed_at, STEP, event::ATTEMPT_FAILED)
        .attempt(item.failed.attempt)
        .failure(&item.failure)
        .caused_by(Some(&item.origin))
}
