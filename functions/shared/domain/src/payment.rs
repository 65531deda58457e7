//! Payments and the graph their status moves on.

use std::fmt;
use std::str::FromStr;

use crate::card::CardSummary;
use crate::charge::ChargeId;
use crate::id::{PaymentId, ReservationId, UserId};
use crate::money::Money;
use crate::reservation::UnknownStatus;
use crate::time::Timestamp;

/// Where a payment stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PaymentStatus {
    /// Accepted, not yet orchestrated.
    Pending,
    /// An attempt is under way or about to be.
    Processing,
    /// An attempt failed; the next one waits for its time.
    RetryScheduled,
    /// The PSP's risk check looks at it.
    InAnalysis,
    /// Nobody can say yet whether there is a charge; a person or a later inquiry will.
    InReview,
    /// Authorized. Final.
    Authorized,
    /// Declined by the PSP. Final.
    Declined,
    /// No charge came about, and the PSP said so. Final.
    Failed,
    /// Refused before any charge: reservation gone, amounts differ, already paid. Final.
    Rejected,
    /// An authorization that could not be used was cancelled at the PSP. Final.
    Voided,
}

impl PaymentStatus {
    /// Every status.
    pub const ALL: [Self; 10] = [
        Self::Pending,
        Self::Processing,
        Self::RetryScheduled,
        Self::InAnalysis,
        Self::InReview,
        Self::Authorized,
        Self::Declined,
        Self::Failed,
        Self::Rejected,
        Self::Voided,
    ];

    /// The name used in tables, messages and answers.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "PENDING",
            Self::Processing => "PROCESSING",
            Self::RetryScheduled => "RETRY_SCHEDULED",
            Self::InAnalysis => "IN_ANALYSIS",
            Self::InReview => "IN_REVIEW",
            Self::Authorized => "AUTHORIZED",
            Self::Declined => "DECLINED",
            Self::Failed => "FAILED",
            Self::Rejected => "REJECTED",
            Self::Voided => "VOIDED",
        }
    }

    /// Final statuses absorb: nothing leaves them.
    #[must_use]
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Authorized | Self::Declined | Self::Failed | Self::Rejected | Self::Voided)
    }

    /// Whether a payment in this status bars another one for its reservation: it may still be
    /// charged, or has been.
    #[must_use]
    pub const fn is_live(self) -> bool {
        !self.is_final() || matches!(self, Self::Authorized)
    }

    /// Whether the graph has an edge from here to `next`.
    #[must_use]
    pub const fn may_become(self, next: Self) -> bool {
        match self {
            Self::Pending => matches!(next, Self::Processing | Self::Rejected),
            Self::Processing | Self::RetryScheduled => !matches!(next, Self::Pending | Self::Rejected),
            Self::InAnalysis | Self::InReview => {
                next.is_final() && !matches!(next, Self::Rejected)
                    || matches!(next, Self::InReview | Self::InAnalysis)
            }
            Self::Authorized | Self::Declined | Self::Failed | Self::Rejected | Self::Voided => false,
        }
    }
}

impl fmt::Display for PaymentStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for PaymentStatus {
    type Err = UnknownStatus;

    fn from_str(text: &str) -> Result<Self, UnknownStatus> {
        Self::ALL.into_iter().find(|status| status.as_str() == text).ok_or(UnknownStatus)
    }
}

/// A payment as the ledger holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payment {
    /// Its id, and its reference and idempotency key at the PSP.
    pub id: PaymentId,
    /// What it pays.
    pub reservation_id: ReservationId,
    /// Who pays.
    pub user_id: UserId,
    /// How much.
    pub amount: Money,
    /// All that is known of the card here.
    pub card: Option<CardSummary>,
    /// Where it stands.
    pub status: PaymentStatus,
    /// The number of the attempt under way or last made; the first is 1.
    pub attempt: u32,
    /// When the next attempt is due, in RETRY_SCHEDULED.
    pub next_attempt_at: Option<Timestamp>,
    /// The PSP's charge, once known.
    pub charge_id: Option<ChargeId>,
    /// Why it was rejected, declined, failed or put under review: a stable code.
    pub reason: Option<String>,
    /// When the buyer got the 202.
    pub accepted_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// Grows by one with each change.
    pub version: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_back() {
        for status in PaymentStatus::ALL {
            assert_eq!(status.as_str().parse(), Ok(status));
        }
    }

    #[test]
    fn nothing_leaves_a_final_status() {
        for from in PaymentStatus::ALL.into_iter().filter(|status| status.is_final()) {
            for to in PaymentStatus::ALL {
                assert!(!from.may_become(to), "{from} to {to}");
            }
        }
    }

    #[test]
    fn every_unfinished_status_can_reach_a_final_one() {
        for from in PaymentStatus::ALL.into_iter().filter(|status| !status.is_final()) {
            assert!(PaymentStatus::ALL.into_iter().any(|to| to.is_final() && from.may_become(to)), "{from}");
        }
    }
}
