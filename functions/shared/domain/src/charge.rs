//! What a charge at the PSP can come to: four outcomes, never a guess.

use crate::card::CardSummary;

/// The PSP's id of a charge, such as `CHAR_…`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ChargeId(pub String);

/// A verdict: the PSP has decided, and will not decide otherwise for this charge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// The money is authorized (or already captured).
    Authorized {
        /// The charge.
        charge_id: ChargeId,
        /// The issuer's authorization code, where given.
        authorization_code: Option<String>,
        /// What the PSP tells of the card.
        card: Option<CardSummary>,
    },
    /// Refused for good; never retried.
    Declined {
        /// The charge, where the PSP made one.
        charge_id: Option<ChargeId>,
        /// The PSP's code, such as `10000`.
        code: String,
        /// The PSP's words.
        message: String,
        /// What the PSP tells of the card.
        card: Option<CardSummary>,
    },
    /// The PSP's risk check looks at it; a webhook or an inquiry will tell.
    InAnalysis {
        /// The charge.
        charge_id: ChargeId,
        /// What the PSP tells of the card.
        card: Option<CardSummary>,
    },
}

impl Verdict {
    /// The name used in messages and timelines.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Authorized { .. } => "AUTHORIZED",
            Self::Declined { .. } => "DECLINED",
            Self::InAnalysis { .. } => "IN_ANALYSIS",
        }
    }

    /// Whether no later verdict can take its place.
    #[must_use]
    pub const fn is_final(&self) -> bool {
        !matches!(self, Self::InAnalysis { .. })
    }

    /// Whether it tells of a charge that was cancelled.
    #[must_use]
    pub fn is_cancellation(&self) -> bool {
        matches!(self, Self::Declined { code, .. } if code == CANCELLED_CODE)
    }

    /// The charge the verdict is about, where there is one.
    #[must_use]
    pub const fn charge_id(&self) -> Option<&ChargeId> {
        match self {
            Self::Authorized { charge_id, .. } | Self::InAnalysis { charge_id, .. } => Some(charge_id),
            Self::Declined { charge_id, .. } => charge_id.as_ref(),
        }
    }

    /// What the PSP tells of the card: of one that came encrypted, all that is known.
    #[must_use]
    pub const fn card(&self) -> Option<&CardSummary> {
        match self {
            Self::Authorized { card, .. } | Self::Declined { card, .. } | Self::InAnalysis { card, .. } => {
                card.as_ref()
            }
        }
    }

    /// The same verdict with what the PSP tells of the card.
    #[must_use]
    pub fn with_card(mut self, told: Option<CardSummary>) -> Self {
        match &mut self {
            Self::Authorized { card, .. } | Self::Declined { card, .. } | Self::InAnalysis { card, .. } => {
                *card = told;
            }
        }
        self
    }

    /// Whether the same was decided about the same charge, whatever is told of the card.
    #[must_use]
    pub fn decides_as(&self, other: &Self) -> bool {
        self.clone().with_card(None) == other.clone().with_card(None)
    }
}

/// The code of a verdict about a charge that was cancelled: its money is free again.
pub const CANCELLED_CODE: &str = "CANCELED";

/// Why an attempt ended without a verdict.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttemptFailure {
    /// Whether a charge may exist.
    pub certainty: Certainty,
    /// A stable code, such as `timeout` or `http_503`.
    pub code: String,
    /// What happened, in words; never card data.
    pub message: String,
    /// How long the PSP asked us to wait, in milliseconds.
    pub retry_after_ms: Option<i64>,
}

/// Whether a charge may exist after a failed attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Certainty {
    /// Surely not charged: refused connection, 429, a 5xx that says so.
    NotCharged,
    /// A charge may exist: time-out, cut connection, unreadable answer.
    Unknown,
}

impl Certainty {
    /// The name used in messages and timelines.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NotCharged => "NOT_CHARGED",
            Self::Unknown => "UNKNOWN",
        }
    }
}

/// What one attempt came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChargeOutcome {
    /// The PSP has decided.
    Verdict(Verdict),
    /// It has not, or we did not hear.
    Failed(AttemptFailure),
}

/// What the PSP says when asked whether a charge exists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Inquiry {
    /// There is one, and this is its verdict.
    Found(Verdict),
    /// There is one for another amount, currency or reference: a person must look.
    Mismatch {
        /// The charge that does not fit.
        charge_id: ChargeId,
        /// What differs.
        reason: String,
    },
    /// There is none.
    None,
    /// The PSP cannot say now.
    Unanswered {
        /// Why.
        reason: String,
    },
}
