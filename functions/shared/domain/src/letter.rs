//! The life of a dead letter: analysed, and if a person is needed, redriven or discarded once.

use std::fmt;
use std::str::FromStr;

use crate::payment::PaymentStatus;
use crate::time::Timestamp;

/// What was found out about a letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resolution {
    /// Names no payment: a person reads it.
    Unattributed,
    /// The payment had ended before.
    AlreadyFinal,
    /// The PSP knew a verdict, and it is settled.
    Settled,
    /// The PSP said that there is no charge: FAILED.
    Failed,
    /// The PSP cannot say: IN_REVIEW.
    InReview,
    /// A late authorization was cancelled at the PSP.
    Voided,
    /// The PSP refuses to cancel a late authorization: a person must act.
    VoidRefused,
    /// The ledger or the vault can never take what the record says: a person reads it.
    Unresolved,
}

impl Resolution {
    /// Every resolution.
    pub const ALL: [Self; 8] = [
        Self::Unattributed,
        Self::AlreadyFinal,
        Self::Settled,
        Self::Failed,
        Self::InReview,
        Self::Voided,
        Self::VoidRefused,
        Self::Unresolved,
    ];

    /// The stable code.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unattributed => "unattributed",
            Self::AlreadyFinal => "already_final",
            Self::Settled => "settled",
            Self::Failed => "failed",
            Self::InReview => "in_review",
            Self::Voided => "voided",
            Self::VoidRefused => "void_refused",
            Self::Unresolved => "unresolved",
        }
    }

    /// What a payment's end means for the letters that waited for it; `None` while it has not ended.
    #[must_use]
    pub const fn of_end(status: PaymentStatus) -> Option<Self> {
        match status {
            PaymentStatus::Authorized | PaymentStatus::Declined => Some(Self::Settled),
            PaymentStatus::Failed => Some(Self::Failed),
            PaymentStatus::Voided => Some(Self::Voided),
            PaymentStatus::Rejected => Some(Self::AlreadyFinal),
            PaymentStatus::Pending
            | PaymentStatus::Processing
            | PaymentStatus::RetryScheduled
            | PaymentStatus::InAnalysis
            | PaymentStatus::InReview => None,
        }
    }

    /// Whether nothing is left for a person to do.
    #[must_use]
    pub const fn closes(self) -> bool {
        matches!(self, Self::AlreadyFinal | Self::Settled | Self::Failed | Self::Voided)
    }
}

/// Where a letter stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LetterState {
    /// A person is needed.
    Open,
    /// What it tells of has ended: nothing is left to do.
    Closed,
    /// Somebody is producing its record again.
    Redriving,
    /// Its record was produced again.
    Redriven,
    /// A person decided that nothing is to be done.
    Discarded,
}

/// A text names no state of a letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnknownState;

impl fmt::Display for UnknownState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("open, closed, redriving, redriven or discarded is expected")
    }
}

impl std::error::Error for UnknownState {}

impl LetterState {
    /// Every state.
    pub const ALL: [Self; 5] = [Self::Open, Self::Closed, Self::Redriving, Self::Redriven, Self::Discarded];

    /// The name used in tables and answers.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "OPEN",
            Self::Closed => "CLOSED",
            Self::Redriving => "REDRIVING",
            Self::Redriven => "REDRIVEN",
            Self::Discarded => "DISCARDED",
        }
    }

    /// Where a letter stands after its analysis; what is not known needs a person.
    #[must_use]
    pub fn after(resolution: Option<&str>) -> Self {
        let known = Resolution::ALL.into_iter().find(|known| Some(known.as_str()) == resolution);
        if known.is_some_and(Resolution::closes) { Self::Closed } else { Self::Open }
    }

    /// Whether its record may still come to be processed before others of its key.
    #[must_use]
    pub const fn is_undecided(self) -> bool {
        matches!(self, Self::Open | Self::Redriving)
    }

    /// Whether a person is needed and nobody is at work: it is open, or a redrive of it has come to nothing
    /// and the lease has lapsed.
    #[must_use]
    pub fn is_open_at(self, lease_until: Timestamp, now: Timestamp) -> bool {
        match self {
            Self::Open => true,
            Self::Redriving => lease_until <= now,
            Self::Closed | Self::Redriven | Self::Discarded => false,
        }
    }
}

impl fmt::Display for LetterState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for LetterState {
    type Err = UnknownState;

    fn from_str(text: &str) -> Result<Self, UnknownState> {
        Self::ALL.into_iter().find(|state| state.as_str().eq_ignore_ascii_case(text)).ok_or(UnknownState)
    }
}

/// What becomes of a wish to redrive a letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RedriveDecision {
    /// Produce its record now; the claim is held until the lease ends.
    Claimed,
    /// Another is producing it.
    InProgress {
        /// Until then at most.
        until: Timestamp,
    },
    /// It was produced before: nothing to do.
    AlreadyRedriven,
    /// An earlier record of the same key is undecided, and must not be overtaken.
    Behind {
        /// The earlier one's letter.
        earlier: u128,
    },
    /// It was closed or discarded.
    Refused(LetterState),
}

/// Decides about a redrive. A lease that has lapsed is a crash: whether the record was produced nobody
/// knows, and producing it twice is harmless, since every step is idempotent.
#[must_use]
pub fn decide_redrive(
    state: LetterState,
    lease_until: Timestamp,
    earlier_undecided: Option<u128>,
    now: Timestamp,
) -> RedriveDecision {
    match (state, earlier_undecided) {
        (LetterState::Redriven, _) => RedriveDecision::AlreadyRedriven,
        (LetterState::Closed | LetterState::Discarded, _) => RedriveDecision::Refused(state),
        (LetterState::Redriving, _) if now < lease_until => {
            RedriveDecision::InProgress { until: lease_until }
        }
        (LetterState::Open | LetterState::Redriving, Some(earlier)) => RedriveDecision::Behind { earlier },
        (LetterState::Open | LetterState::Redriving, None) => RedriveDecision::Claimed,
    }
}

/// What becomes of a wish to discard a letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DiscardDecision {
    /// It is discarded now.
    Discarded,
    /// It was before.
    AlreadyDiscarded,
    /// It was closed or redriven, or is being redriven.
    Refused(LetterState),
}

/// Decides about a discard. A redrive whose lease has lapsed is in nobody's hands any more.
#[must_use]
pub fn decide_discard(state: LetterState, lease_until: Timestamp, now: Timestamp) -> DiscardDecision {
    match state {
        LetterState::Discarded => DiscardDecision::AlreadyDiscarded,
        _ if state.is_open_at(lease_until, now) => DiscardDecision::Discarded,
        _ => DiscardDecision::Refused(state),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_has_ended_needs_nobody() {
        for (resolution, state) in [
            (None, LetterState::Open),
            (Some("failed"), LetterState::Closed),
            (Some("in_review"), LetterState::Open),
            (Some("void_refused"), LetterState::Open),
            (Some("something else"), LetterState::Open),
        ] {
            assert_eq!(LetterState::after(resolution), state, "{resolution:?}");
        }
    }

    #[test]
    fn a_letter_is_redriven_once_in_the_order_of_its_key() {
        let (past, now, later) = (0, 10, 20);
        for (state, lease, earlier, expected) in [
            (LetterState::Open, past, None, RedriveDecision::Claimed),
            (LetterState::Open, past, Some(7), RedriveDecision::Behind { earlier: 7 }),
            (
                LetterState::Redriving,
                later,
                None,
                RedriveDecision::InProgress { until: Timestamp::from_millis(later) },
            ),
            (LetterState::Redriving, now, None, RedriveDecision::Claimed),
            (LetterState::Redriven, past, Some(7), RedriveDecision::AlreadyRedriven),
            (LetterState::Closed, past, None, RedriveDecision::Refused(LetterState::Closed)),
            (LetterState::Discarded, past, None, RedriveDecision::Refused(LetterState::Discarded)),
        ] {
            let decision =
                decide_redrive(state, Timestamp::from_millis(lease), earlier, Timestamp::from_millis(now));
            assert_eq!(decision, expected, "{state} {lease} {earlier:?}");
        }
    }

    #[test]
    fn what_is_open_is_discarded_and_what_a_lapsed_redrive_left_is_open() {
        let now = Timestamp::from_millis(10);
        for (state, lease, is_open, expected) in [
            (LetterState::Open, 0, true, DiscardDecision::Discarded),
            (LetterState::Redriving, 11, false, DiscardDecision::Refused(LetterState::Redriving)),
            (LetterState::Redriving, 10, true, DiscardDecision::Discarded),
            (LetterState::Redriving, 9, true, DiscardDecision::Discarded),
            (LetterState::Redriven, 9, false, DiscardDecision::Refused(LetterState::Redriven)),
            (LetterState::Closed, 9, false, DiscardDecision::Refused(LetterState::Closed)),
            (LetterState::Discarded, 9, false, DiscardDecision::AlreadyDiscarded),
        ] {
            let lease_until = Timestamp::from_millis(lease);
            assert_eq!(state.is_open_at(lease_until, now), is_open, "{state} {lease}");
            assert_eq!(decide_discard(state, lease_until, now), expected, "{state} {lease}");
        }
    }

    #[test]
    fn states_are_read_as_they_are_written_whatever_the_case() {
        for state in LetterState::ALL {
            assert_eq!(state.as_str().to_lowercase().parse(), Ok(state));
        }
        assert!("gone".parse::<LetterState>().is_err());
    }
}
