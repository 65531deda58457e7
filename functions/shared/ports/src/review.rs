//! Payments under review: nobody could say whether they are charged, so the PSP is asked again and
//! again, and a person may say.

use std::future::Future;

use gateway_domain::settle::SettleDecision;
use gateway_domain::{Payment, PaymentId, Timestamp};

use crate::PortError;
use crate::ledger::Settle;

/// Who decided, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reviewer {
    /// The person.
    pub user: String,
    /// What they gave as reason.
    pub reason: String,
}

/// What waits for somebody to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Backlog {
    /// Payments that are IN_REVIEW.
    pub in_review: u64,
    /// Since when the oldest of them is.
    pub oldest: Option<Timestamp>,
    /// Dead letters that are open: OPEN, or REDRIVING by somebody whose lease has lapsed.
    pub letters_open: u64,
    /// When the oldest payment was accepted that should still end by itself: neither ended nor under
    /// review.
    pub oldest_under_way: Option<Timestamp>,
}

/// Takes payments under review to ask about them, and ends them by a person's word.
pub trait ReviewPayments: Send + Sync {
    /// IN_REVIEW payments that were not asked about since `asked_before`, longest silence first, under a
    /// lease as with [`DispatchRetries`](crate::ledger::DispatchRetries).
    fn take_in_review(
        &self,
        asked_before: Timestamp,
        now: Timestamp,
        lease_ms: i64,
        limit: u32,
    ) -> impl Future<Output = Result<Vec<Payment>, PortError>> + Send;

    /// The PSP was asked in vain: the lease ends, and the silence is counted from `now`. A payment that
    /// has ended meanwhile stays as it is.
    fn mark_asked(
        &self,
        ids: &[PaymentId],
        now: Timestamp,
    ) -> impl Future<Output = Result<(), PortError>> + Send;

    /// Settles as [`SettlePayments`](crate::ledger::SettlePayments) does, and tells in the timeline who
    /// decided and why.
    fn review(
        &self,
        settle: &Settle,
        by: &Reviewer,
        now: Timestamp,
    ) -> impl Future<Output = Result<SettleDecision, PortError>> + Send;

    /// What waits `now`, for alarms.
    fn backlog(&self, now: Timestamp) -> impl Future<Output = Result<Backlog, PortError>> + Send;
}
