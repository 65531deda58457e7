//! The dead letters' table: what is in the queue for analysis, one row a record.

use std::future::Future;

use gateway_domain::letter::{DiscardDecision, LetterState, RedriveDecision, Resolution};
use gateway_domain::{PaymentId, Timestamp};
use gateway_wire::{RecordOrigin, TraceContext};

use crate::PortError;
use crate::log::Delivered;
use crate::review::Reviewer;

/// A dead letter as the table holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadLetterRow {
    /// A ULID.
    pub id: u128,
    /// The record that could not be processed. One row for each.
    pub origin: RecordOrigin,
    /// The record of `payment_dlq` that told of it.
    pub dlq: RecordOrigin,
    /// The step, or the function of the event source mapping, that gave up.
    pub step: String,
    /// A stable code of why.
    pub cause_code: String,
    /// Why, in words.
    pub cause_message: String,
    /// The payment, where the record could be read that far.
    pub payment_id: Option<PaymentId>,
    /// How often it was tried, where known.
    pub attempts: Option<u32>,
    /// The record's key, as it was unless `masked`.
    pub key: Option<Vec<u8>>,
    /// The record's value, as it was unless `masked`.
    pub value: Option<Vec<u8>>,
    /// Whether key or value held what looks like a card's number, which was masked before anything was kept:
    /// the record cannot be produced again from here.
    pub masked: bool,
    /// Its position in a trace.
    pub trace: Option<TraceContext>,
    /// What was found out and done about it: a stable code such as `failed`, `in_review`.
    pub resolution: Option<String>,
    /// When it was recorded.
    pub created_at: Timestamp,
}

/// Keeps dead letters.
pub trait DeadLetters: Send + Sync {
    /// Records it once per origin; a repetition only fills in a resolution that was missing.
    fn record(&self, row: &DeadLetterRow) -> impl Future<Output = Result<(), PortError>> + Send;

    /// The newest ones first, for the list.
    fn list(&self, limit: u32) -> impl Future<Output = Result<Vec<DeadLetterRow>, PortError>> + Send;
}

/// A dead letter and what has become of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// What was recorded.
    pub row: DeadLetterRow,
    /// Where it stands.
    pub state: LetterState,
    /// Who last acted on it.
    pub act: Option<Act>,
    /// Where its record stands since it was produced again.
    pub redriven_to: Option<Delivered>,
}

/// What a person did about a letter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Act {
    /// Who, and why where a reason was asked for.
    pub by: Reviewer,
    /// When.
    pub at: Timestamp,
}

/// Which letters are asked for, newest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LetterQuery {
    /// Only those in this state.
    pub state: Option<LetterState>,
    /// Only those that are older than this one.
    pub before: Option<u128>,
    /// At most so many.
    pub limit: u32,
}

/// Shows dead letters to people and does what they decide.
pub trait AdministerDeadLetters: Send + Sync {
    /// A page of letters, newest first.
    fn page(&self, query: &LetterQuery) -> impl Future<Output = Result<Vec<Letter>, PortError>> + Send;

    /// One letter.
    fn letter(&self, id: u128) -> impl Future<Output = Result<Option<Letter>, PortError>> + Send;

    /// Claims a letter for redriving until `now + lease_ms`; `None` without such a letter. See
    /// [`gateway_domain::letter::decide_redrive`].
    fn claim_redrive(
        &self,
        id: u128,
        by: &Reviewer,
        now: Timestamp,
        lease_ms: i64,
    ) -> impl Future<Output = Result<Option<RedriveDecision>, PortError>> + Send;

    /// Its record was acknowledged by Kafka: REDRIVING to REDRIVEN. A letter that is REDRIVEN already
    /// keeps where it was found first.
    fn mark_redriven(
        &self,
        id: u128,
        to: Delivered,
        now: Timestamp,
    ) -> impl Future<Output = Result<(), PortError>> + Send;

    /// Discards a letter; `None` without such a letter. See
    /// [`gateway_domain::letter::decide_discard`].
    fn discard(
        &self,
        id: u128,
        by: &Reviewer,
        now: Timestamp,
    ) -> impl Future<Output = Result<Option<DiscardDecision>, PortError>> + Send;

    /// Letters that are open `now` and waited for the review of a payment that has ended since, by whatever
    /// way, are CLOSED; returns how many, `limit` at most. See [`LetterState::is_open_at`].
    fn close_ended(&self, now: Timestamp, limit: u32) -> impl Future<Output = Result<u64, PortError>> + Send;

    /// What its letters that are open `now` waited for has come about: those that were left with `waiting`
    /// are CLOSED with this resolution. See [`LetterState::is_open_at`].
    fn close_waiting(
        &self,
        payment_id: PaymentId,
        waiting: Resolution,
        resolution: Resolution,
        now: Timestamp,
    ) -> impl Future<Output = Result<(), PortError>> + Send;
}
