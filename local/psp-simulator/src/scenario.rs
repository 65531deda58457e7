//! What a card makes the simulator do.

use serde::{Deserialize, Serialize};

use crate::issuer::Refusal;

/// The behaviour a test card stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scenario {
    /// Approved at once.
    Approve,
    /// Declined at once, for this reason.
    Decline(Refusal),
    /// Charged; the connection is cut before the first answer, replays are answered.
    AnswerLost,
    /// Charged; the answer to every POST is lost, an inquiry is answered.
    AnswerAlwaysLost,
    /// The connection is closed before charging, a few times a key; then approved.
    ClosedThenFine,
    /// The connection is always closed before charging.
    AlwaysClosed,
    /// 500 before charging, a few times a key; then approved.
    ErrorThenFine,
    /// Always 500, never charged.
    AlwaysError,
    /// Charged, and answered with a 500 once: the 5xx that proves nothing.
    ErrorAfterCharge,
    /// 503 with `Retry-After` before charging, a few times a key; then approved.
    UnavailableThenFine,
    /// 429 with `Retry-After` before charging, a few times a key; then approved.
    ThrottledThenFine,
    /// Always 429, never charged.
    AlwaysThrottled,
    /// Charged; the first answer is not legible.
    Unreadable,
    /// Charged; the first answer comes late.
    Slow,
    /// Charged; every answer to a POST names another amount.
    OtherAmount,
    /// 500 before charging, and an encrypted card is used up by it; in clear, approved the next time.
    UsedUpByError,
    /// 429 before charging, and an encrypted card is used up by it; in clear, approved the next time.
    UsedUpByThrottling,
    /// Taken into analysis, resolved later.
    Analysis(Analysis),
}

/// How a risk analysis ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Analysis {
    /// Approved, with one webhook.
    Approved,
    /// Approved, with the webhook sent twice.
    ApprovedTwice,
    /// Approved, and no webhook tells of it.
    ApprovedSilently,
    /// Declined, with one webhook.
    Declined,
    /// It never ends.
    Endless,
}

/// What happens instead of a charge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fault {
    /// The connection is closed without an answer.
    Close,
    /// HTTP 500.
    Error,
    /// HTTP 503 with `Retry-After`.
    Unavailable,
    /// HTTP 429 with `Retry-After`.
    Throttled,
    /// HTTP 400: the ciphertext was used up by an earlier fault.
    CiphertextUsed,
}

/// What the new charge becomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// AUTHORIZED, or PAID where capture was asked for.
    Approved,
    /// DECLINED.
    Declined(Refusal),
    /// IN_ANALYSIS.
    InAnalysis,
}

/// How the answer travels once there is a charge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Delivery {
    /// As it should.
    Plain,
    /// Not at all: the connection is cut.
    Lost,
    /// As bytes that are no JSON.
    Unreadable,
    /// Late.
    Slow,
    /// As a 500.
    Error,
    /// With another amount than was charged.
    OtherAmount,
}

/// What one POST comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Play {
    /// No charge.
    Refuse(Fault),
    /// A charge with this verdict, answered in this way.
    Commit(Verdict, Delivery),
}

impl Scenario {
    /// Decides a POST that finds no charge under its key. `failures_so_far` counts the
    /// faults the key has met; after `failures_max` the passing ones are over. Whether the card came
    /// `encrypted` matters to those that use a ciphertext up.
    #[must_use]
    pub fn play(self, failures_so_far: u32, failures_max: u32, encrypted: bool) -> Play {
        if let Some(fault) = self.fault(failures_so_far, failures_max, encrypted) {
            return Play::Refuse(fault);
        }
        Play::Commit(self.verdict(), self.first_delivery())
    }

    /// How a replay of an existing charge is answered.
    #[must_use]
    pub fn replay(self) -> Delivery {
        match self {
            Self::AnswerAlwaysLost => Delivery::Lost,
            Self::OtherAmount => Delivery::OtherAmount,
            _ => Delivery::Plain,
        }
    }

    fn fault(self, failures_so_far: u32, failures_max: u32, encrypted: bool) -> Option<Fault> {
        match self {
            Self::AlwaysClosed => Some(Fault::Close),
            Self::AlwaysError => Some(Fault::Error),
            Self::AlwaysThrottled => Some(Fault::Throttled),
            Self::UsedUpByError if failures_so_far == 0 => Some(Fault::Error),
            Self::UsedUpByThrottling if failures_so_far == 0 => Some(Fault::Throttled),
            Self::UsedUpByError | Self::UsedUpByThrottling if encrypted => Some(Fault::CiphertextUsed),
            _ if failures_so_far >= failures_max => None,
            Self::ClosedThenFine => Some(Fault::Close),
            Self::ErrorThenFine => Some(Fault::Error),
            Self::UnavailableThenFine => Some(Fault::Unavailable),
            Self::ThrottledThenFine => Some(Fault::Throttled),
            _ => None,
        }
    }

    fn verdict(self) -> Verdict {
        match self {
            Self::Decline(refusal) => Verdict::Declined(refusal),
            Self::Analysis(_) => Verdict::InAnalysis,
            _ => Verdict::Approved,
        }
    }

    fn first_delivery(self) -> Delivery {
        match self {
            Self::AnswerLost | Self::AnswerAlwaysLost => Delivery::Lost,
            Self::ErrorAfterCharge => Delivery::Error,
            Self::Unreadable => Delivery::Unreadable,
            Self::Slow => Delivery::Slow,
            Self::OtherAmount => Delivery::OtherAmount,
            _ => Delivery::Plain,
        }
    }
}
