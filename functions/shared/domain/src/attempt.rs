//! Who may call the PSP, and whose outcome counts: fenced attempts of one payment.
//!
//! A fence is the number of a claim. Claims whose outcome said "surely not charged" are counted as
//! cleared; as long as there are more claims than cleared ones, a charge may exist.

use crate::charge::{AttemptFailure, Certainty, Verdict};
use crate::time::Timestamp;

/// What is known of a payment's attempts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AttemptState {
    /// The newest attempt that was claimed; 0 before the first.
    pub attempt: u32,
    /// The newest claim's number: how many claims there were.
    pub fence: u64,
    /// How many claims ended surely without a charge.
    pub cleared: u64,
    /// Until when the newest claim's holder may be at work; `None` once its outcome is recorded.
    pub lease_until: Option<Timestamp>,
    /// How the newest attempt ended, if it ended without a verdict.
    pub failure: Option<AttemptFailure>,
    /// The verdict, once there is one.
    pub verdict: Option<Verdict>,
    /// Until when the card may be used; `None` once it is erased.
    pub card_until: Option<Timestamp>,
}

impl AttemptState {
    /// Whether a claim may have reached the PSP: its outcome is missing or unknown.
    #[must_use]
    pub const fn may_be_charged(&self) -> bool {
        self.fence > self.cleared
    }
}

/// What becomes of a wish to claim an attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AttemptDecision {
    /// Claim it: the fence grows by one, the lease begins, an earlier failure is forgotten.
    Claim {
        /// Whether an earlier claim may have reached the PSP.
        may_be_charged: bool,
    },
    /// The verdict is recorded.
    Decided(Verdict),
    /// This attempt ended without a verdict.
    Failed(AttemptFailure),
    /// Another holder may be at work.
    Busy {
        /// Until then.
        until: Timestamp,
    },
    /// A newer attempt has been claimed.
    Superseded,
    /// No card to charge, no verdict.
    CardGone {
        /// Whether any claim may have reached the PSP.
        may_be_charged: bool,
    },
}

/// Decides about a wish to claim `attempt`. Without a state nothing is known, so a charge may exist.
#[must_use]
pub fn decide_claim(state: Option<&AttemptState>, attempt: u32, now: Timestamp) -> AttemptDecision {
    let Some(state) = state else { return AttemptDecision::CardGone { may_be_charged: true } };
    if let Some(verdict) = &state.verdict {
        return AttemptDecision::Decided(verdict.clone());
    }
    if attempt < state.attempt {
        return AttemptDecision::Superseded;
    }
    if let Some(failure) = state.failure.as_ref().filter(|_| attempt == state.attempt) {
        return AttemptDecision::Failed(failure.clone());
    }
    if let Some(until) = state.lease_until.filter(|until| now < *until) {
        return AttemptDecision::Busy { until };
    }
    let may_be_charged = state.may_be_charged();
    match state.card_until {
        Some(until) if now < until => AttemptDecision::Claim { may_be_charged },
        _ => AttemptDecision::CardGone { may_be_charged },
    }
}

/// What becomes of an outcome to record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RecordDecision {
    /// Write it.
    Write,
    /// It stands already.
    Stands,
    /// Another verdict stands.
    Other(Verdict),
    /// A newer claim has overtaken this one.
    Fenced,
}

/// Decides about a verdict. `fence` is `None` where it was learned by asking the PSP. Only
/// IN_ANALYSIS gives way, and only to a final verdict. Without a state nobody else can hold a claim.
#[must_use]
pub fn decide_verdict(state: Option<&AttemptState>, fence: Option<u64>, verdict: &Verdict) -> RecordDecision {
    let Some(state) = state else { return RecordDecision::Write };
    match &state.verdict {
        Some(standing) if standing.decides_as(verdict) => return RecordDecision::Stands,
        Some(standing) if standing.is_final() || !verdict.is_final() => {
            return RecordDecision::Other(standing.clone());
        }
        _ => {}
    }
    if fence.is_none_or(|fence| fence == state.fence) {
        RecordDecision::Write
    } else {
        RecordDecision::Fenced
    }
}

/// Decides about a failure. The first one that a claim records stands; without a state there is
/// nothing to keep it in, and nothing to retry with.
#[must_use]
pub fn decide_failure(state: Option<&AttemptState>, fence: u64) -> RecordDecision {
    let Some(state) = state else { return RecordDecision::Stands };
    match (&state.verdict, &state.failure) {
        (Some(standing), _) => RecordDecision::Other(standing.clone()),
        (None, _) if fence != state.fence => RecordDecision::Fenced,
        (None, Some(_)) => RecordDecision::Stands,
        (None, None) => RecordDecision::Write,
    }
}

/// How much a failure adds to the cleared claims.
#[must_use]
pub const fn clears(failure: &AttemptFailure) -> u64 {
    match failure.certainty {
        Certainty::NotCharged => 1,
        Certainty::Unknown => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::charge::ChargeId;

    const NOW: Timestamp = Timestamp::from_millis(1_000);

    fn at(millis: i64) -> Option<Timestamp> {
        Some(Timestamp::from_millis(millis))
    }

    fn claimed() -> AttemptState {
        AttemptState { attempt: 2, fence: 3, cleared: 2, card_until: at(5_000), ..AttemptState::default() }
    }

    fn timeout() -> AttemptFailure {
        AttemptFailure {
            certainty: Certainty::Unknown,
            code: "timeout".into(),
            message: "no answer".into(),
            retry_after_ms: None,
        }
    }

    fn authorized() -> Verdict {
        Verdict::Authorized { charge_id: ChargeId("CHAR_1".into()), authorization_code: None, card: None }
    }

    fn in_analysis() -> Verdict {
        Verdict::InAnalysis { charge_id: ChargeId("CHAR_1".into()), card: None }
    }

    #[test]
    fn an_attempt_is_claimed_by_one_holder_at_a_time() {
        let leased = AttemptState { lease_until: at(1_001), ..claimed() };
        let lapsed = AttemptState { lease_until: at(1_000), ..claimed() };
        let failed = AttemptState { failure: Some(timeout()), ..claimed() };
        let decided = AttemptState { verdict: Some(authorized()), card_until: None, ..claimed() };
        let erased = AttemptState { card_until: None, ..claimed() };
        let cleared = AttemptState { cleared: 3, card_until: at(1_000), ..claimed() };
        for (state, attempt, expected) in [
            (&leased, 2, AttemptDecision::Busy { until: Timestamp::from_millis(1_001) }),
            (&leased, 3, AttemptDecision::Busy { until: Timestamp::from_millis(1_001) }),
            (&leased, 1, AttemptDecision::Superseded),
            (&lapsed, 2, AttemptDecision::Claim { may_be_charged: true }),
            (&failed, 2, AttemptDecision::Failed(timeout())),
            (&failed, 3, AttemptDecision::Claim { may_be_charged: true }),
            (&decided, 1, AttemptDecision::Decided(authorized())),
            (&erased, 2, AttemptDecision::CardGone { may_be_charged: true }),
            (&cleared, 3, AttemptDecision::CardGone { may_be_charged: false }),
        ] {
            assert_eq!(decide_claim(Some(state), attempt, NOW), expected, "{state:?} attempt {attempt}");
        }
        assert_eq!(decide_claim(None, 1, NOW), AttemptDecision::CardGone { may_be_charged: true });
    }

    #[test]
    fn a_final_verdict_is_never_overwritten() {
        let other = Verdict::Authorized {
            charge_id: ChargeId("CHAR_2".into()),
            authorization_code: None,
            card: None,
        };
        let analysed = AttemptState { verdict: Some(in_analysis()), ..claimed() };
        let decided = AttemptState { verdict: Some(authorized()), ..claimed() };
        for (state, fence, verdict, expected) in [
            (claimed(), Some(3), authorized(), RecordDecision::Write),
            (claimed(), Some(2), authorized(), RecordDecision::Fenced),
            (claimed(), None, authorized(), RecordDecision::Write),
            (analysed.clone(), Some(3), authorized(), RecordDecision::Write),
            (analysed.clone(), Some(2), authorized(), RecordDecision::Fenced),
            (analysed, Some(2), in_analysis(), RecordDecision::Stands),
            (decided.clone(), Some(2), authorized(), RecordDecision::Stands),
            (decided.clone(), Some(3), other, RecordDecision::Other(authorized())),
            (decided, None, in_analysis(), RecordDecision::Other(authorized())),
        ] {
            assert_eq!(decide_verdict(Some(&state), fence, &verdict), expected, "{state:?} {fence:?}");
        }
    }

    #[test]
    fn only_the_newest_claim_records_a_failure_and_only_once() {
        let failed = AttemptState { failure: Some(timeout()), ..claimed() };
        let decided = AttemptState { verdict: Some(authorized()), ..claimed() };
        for (state, fence, expected) in [
            (claimed(), 3, RecordDecision::Write),
            (claimed(), 2, RecordDecision::Fenced),
            (failed, 3, RecordDecision::Stands),
            (decided, 3, RecordDecision::Other(authorized())),
        ] {
            assert_eq!(decide_failure(Some(&state), fence), expected, "{state:?} {fence}");
        }
    }
}
