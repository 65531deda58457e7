//! A payment as a row: what the domain knows of it and what keeping it needs beside.

use gateway_domain::{Payment, PaymentStatus, Timestamp};
use gateway_ports::ledger::DueAttempt;
use gateway_wire::TraceContext;

/// A payment with its bookkeeping.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaymentRow {
    /// The payment.
    pub payment: Payment,
    /// Since when nothing was heard of its attempt or asked about it; `None` where nothing is awaited.
    pub silent_since: Option<Timestamp>,
    /// When the PSP was last asked about it, while it is under review; `None` where it is not.
    pub asked_at: Option<Timestamp>,
    /// When the PSP is to be asked whether a charge has turned up; `None` where none is looked for.
    pub watch_at: Option<Timestamp>,
    /// Until when a dispatcher may be at work on it.
    pub lease_until: Timestamp,
    /// How many events its story has.
    pub event_count: u32,
    /// Where its trace stands.
    pub trace: Option<TraceContext>,
}

/// No dispatcher holds the row.
pub(crate) const UNLEASED: Timestamp = Timestamp::from_millis(0);

impl PaymentRow {
    /// A new payment's row.
    pub(crate) fn new(payment: Payment) -> Self {
        let silent_since = awaits_answer(payment.status).then_some(payment.updated_at);
        Self {
            payment,
            silent_since,
            asked_at: None,
            watch_at: None,
            lease_until: UNLEASED,
            event_count: 0,
            trace: None,
        }
    }

    /// Notes that the payment changed: whoever held it for dispatch has been overtaken.
    pub(crate) fn touch(&mut self, now: Timestamp) {
        self.payment.version += 1;
        self.payment.updated_at = now;
        self.silent_since = awaits_answer(self.payment.status).then_some(now);
        self.asked_at = (self.payment.status == PaymentStatus::InReview).then_some(now);
        self.lease_until = UNLEASED;
    }

    /// The next attempt, if one is due at `now` and nobody is at it.
    #[must_use]
    pub fn due(&self, now: Timestamp) -> Option<DueAttempt> {
        let due = self.payment.next_attempt_at.is_some_and(|at| at <= now);
        (due && self.lease_until <= now).then(|| self.attempt_to_send(self.payment.attempt + 1))
    }

    /// The attempt to ask about again, if nothing was heard of it since and nobody is at it.
    #[must_use]
    pub fn stuck(&self, unchanged_since: Timestamp, now: Timestamp) -> Option<DueAttempt> {
        let stuck = self.silent_since.is_some_and(|since| since <= unchanged_since);
        (stuck && self.lease_until <= now).then(|| self.attempt_to_send(self.payment.attempt))
    }

    /// The payment, if it is under review, was not asked about since and nobody is at it.
    #[must_use]
    pub fn to_ask_about(&self, asked_before: Timestamp, now: Timestamp) -> Option<Payment> {
        let silent = self.asked_at.is_some_and(|at| at <= asked_before);
        (silent && self.lease_until <= now).then(|| self.payment.clone())
    }

    /// The payment, if it is time to look for a charge that turned up, and nobody is at it.
    #[must_use]
    pub fn to_look_after(&self, now: Timestamp) -> Option<Payment> {
        let due = self.watch_at.is_some_and(|at| at <= now);
        (due && self.lease_until <= now).then(|| self.payment.clone())
    }

    fn attempt_to_send(&self, attempt: u32) -> DueAttempt {
        DueAttempt {
            payment_id: self.payment.id,
            reservation_id: self.payment.reservation_id,
            amount: self.payment.amount,
            attempt,
            accepted_at: self.payment.accepted_at,
            trace: self.trace.clone(),
        }
    }
}

/// Whether an attempt's outcome is awaited, so that silence means something is stuck. A payment under
/// review awaits nothing by itself: it is asked about, more seldom, by whoever reviews.
const fn awaits_answer(status: PaymentStatus) -> bool {
    matches!(status, PaymentStatus::Processing | PaymentStatus::InAnalysis)
}
