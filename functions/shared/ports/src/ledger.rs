//! The ledger: payments and reservations in MySQL, moved together in one transaction.
//!
//! Every method takes a batch and answers for each of its items in the same order; items about the
//! same payment or reservation take effect in the order given. An error is for the whole batch:
//! nothing of it was written. Each is idempotent: a redelivered batch changes nothing and gets the
//! same kind of answer.

use std::future::Future;

use gateway_domain::begin::{BeginDecision, PaymentRequest};
use gateway_domain::charge::AttemptFailure;
use gateway_domain::retry::{FailedAttempt, RetryDecision, RetryPolicy};
use gateway_domain::settle::{SettleDecision, Settlement};
use gateway_domain::{Money, Payment, PaymentId, ReservationId, Timestamp};
use gateway_wire::{RecordOrigin, TraceContext};

use crate::PortError;
use crate::timeline::TimelineEvent;

/// A payment request with the record it came by.
#[derive(Debug, Clone)]
pub struct Begin {
    /// What the buyer asked.
    pub request: PaymentRequest,
    /// The record of `order_queue`.
    pub origin: RecordOrigin,
    /// Where its handling stands in the payment's trace.
    pub trace: Option<TraceContext>,
}

/// Begins payments: inserts each and takes its reservation from HELD to PAYING, or records it as
/// REJECTED. At most one live payment a reservation, guarded by a unique key.
pub trait BeginPayments: Send + Sync {
    /// See [`gateway_domain::begin::decide`]. Writes the events `ACCEPTED` (at `accepted_at`) and
    /// `PROCESSING` or `REJECTED`.
    fn begin(
        &self,
        batch: &[Begin],
        now: Timestamp,
    ) -> impl Future<Output = Result<Vec<BeginDecision>, PortError>> + Send;
}

/// A settlement with the record it came by.
#[derive(Debug, Clone)]
pub struct Settle {
    /// The payment.
    pub payment_id: PaymentId,
    /// The attempt it came from; 0 where it came from none.
    pub attempt: u32,
    /// What is known now.
    pub settlement: Settlement,
    /// The step that settles, for the timeline.
    pub step: &'static str,
    /// How it was learned: `charge`, `inquiry`, `webhook`.
    pub learned_by: &'static str,
    /// The record that brought it.
    pub origin: Option<RecordOrigin>,
}

/// Settles payments: final status and what becomes of the reservation, in one transaction.
pub trait SettlePayments: Send + Sync {
    /// See [`gateway_domain::settle::decide`]. Writes an event named as the new status. A late
    /// authorization writes the event `LATE_AUTHORIZATION` once per charge, and `Voided` on a
    /// payment that is already final writes the event `VOIDED` without changing its status.
    fn settle(
        &self,
        batch: &[Settle],
        now: Timestamp,
    ) -> impl Future<Output = Result<Vec<SettleDecision>, PortError>> + Send;
}

/// A failed attempt with the record it came by.
#[derive(Debug, Clone)]
pub struct Fail {
    /// The payment.
    pub payment_id: PaymentId,
    /// What failed, and the lot drawn for the jitter.
    pub failed: FailedAttempt,
    /// Why it failed, for the timeline.
    pub failure: AttemptFailure,
    /// The record of `payment_retry`.
    pub origin: RecordOrigin,
    /// Where its handling stands in the payment's trace: the retry goes on from there.
    pub trace: Option<TraceContext>,
}

/// Puts failed attempts on the retry table.
pub trait ScheduleRetries: Send + Sync {
    /// See [`gateway_domain::retry::decide`]. `At` writes RETRY_SCHEDULED with its due time and the
    /// events `ATTEMPT_FAILED` and `RETRY_SCHEDULED`; `Exhausted` writes `ATTEMPT_FAILED` and
    /// `RETRIES_EXHAUSTED` (once) and leaves the status to the dead-letter step.
    fn schedule(
        &self,
        batch: &[Fail],
        policy: &RetryPolicy,
        now: Timestamp,
    ) -> impl Future<Output = Result<Vec<RetryDecision>, PortError>> + Send;
}

/// An attempt to send to `process-purchases`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DueAttempt {
    /// The payment.
    pub payment_id: PaymentId,
    /// The record's key.
    pub reservation_id: ReservationId,
    /// How much.
    pub amount: Money,
    /// The number of the attempt to make (the failed one's plus 1), or to ask about again (the same).
    pub attempt: u32,
    /// When the buyer got the 202.
    pub accepted_at: Timestamp,
    /// Where the payment's trace stands.
    pub trace: Option<TraceContext>,
}

/// Takes due retries and stuck payments for dispatch, under a lease so that overlapping schedules
/// seldom take the same; that a lapsed lease is taken twice is harmless (attempts are fenced).
pub trait DispatchRetries: Send + Sync {
    /// RETRY_SCHEDULED payments that are due at `now`, oldest first.
    fn take_due(
        &self,
        now: Timestamp,
        lease_ms: i64,
        limit: u32,
    ) -> impl Future<Output = Result<Vec<DueAttempt>, PortError>> + Send;

    /// PROCESSING and IN_ANALYSIS payments neither changed nor asked about since `unchanged_since`,
    /// longest silence first: their attempt is asked for again under its own number, which converges
    /// whatever had happened.
    fn take_stuck(
        &self,
        unchanged_since: Timestamp,
        now: Timestamp,
        lease_ms: i64,
        limit: u32,
    ) -> impl Future<Output = Result<Vec<DueAttempt>, PortError>> + Send;

    /// Sent and acknowledged by Kafka: RETRY_SCHEDULED → PROCESSING with the new attempt number and
    /// the event `RETRY_DISPATCHED`; a row that has moved on meanwhile stays as it is. For a stuck
    /// payment the lease ends and the silence is counted from `now`, so that it is asked about
    /// again only after as long a silence; the payment itself does not change.
    fn mark_dispatched(
        &self,
        batch: &[DueAttempt],
        now: Timestamp,
    ) -> impl Future<Output = Result<(), PortError>> + Send;
}

/// Reads payments.
pub trait ReadPayments: Send + Sync {
    /// The payment, if the ledger knows it yet.
    fn payment(&self, id: PaymentId) -> impl Future<Output = Result<Option<Payment>, PortError>> + Send;

    /// Where its trace stands, for what is done about it besides its records.
    fn trace(&self, id: PaymentId) -> impl Future<Output = Result<Option<TraceContext>, PortError>> + Send;

    /// Its story in order; empty if the ledger does not know it yet.
    fn timeline(&self, id: PaymentId) -> impl Future<Output = Result<Vec<TimelineEvent>, PortError>> + Send;
}
