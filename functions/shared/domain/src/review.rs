//! Ending a payment that is under review by a person's word: the PSP is asked first, and what it says
//! is never contradicted.

use crate::charge::{ChargeId, Inquiry, Verdict};
use crate::settle::Settlement;

/// The code of a decline or failure that rests on a person's word.
pub const BY_REVIEW: &str = "resolved_by_review";

/// The code of a payment under review whose charge a person wants cancelled: from then on no verdict
/// authorizes it.
pub const VOID_REQUESTED: &str = "void_requested";

/// The code of a payment under review whose charge the PSP had named and no longer knows.
pub const CHARGE_MISSING: &str = "charge_missing";

/// The code of a payment under review whose charge is of another amount, currency or reference.
pub const CHARGE_MISMATCH: &str = "charge_mismatch";

/// How a person says that a payment under review ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Claim {
    /// The PSP holds the money, under this charge where it is known.
    Authorized(Option<ChargeId>),
    /// The PSP declined.
    Declined(Option<ChargeId>),
    /// There is no charge.
    Failed,
    /// There is a charge that shall not be: it is to be cancelled at the PSP.
    Voided(Option<ChargeId>),
}

impl Claim {
    /// The charge that is claimed to be meant.
    #[must_use]
    pub const fn charge_id(&self) -> Option<&ChargeId> {
        match self {
            Self::Authorized(charge_id) | Self::Declined(charge_id) | Self::Voided(charge_id) => {
                charge_id.as_ref()
            }
            Self::Failed => None,
        }
    }
}

/// What to do with a claim, given what the PSP said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReviewDecision {
    /// The PSP has decided: settle that. It may be another end than the claimed one.
    Believe {
        /// What the PSP says.
        verdict: Verdict,
        /// Whether it is what was claimed.
        agrees: bool,
    },
    /// The PSP says that there is no charge, as claimed; or it cannot say, and the claim is taken.
    Settle(Settlement),
    /// Cancel this charge at the PSP; if it agrees, the payment is voided.
    Cancel(ChargeId),
    /// The claim contradicts the PSP, or lacks what it would rest on.
    Refuse(ReviewRefusal),
}

/// Why a claim is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReviewRefusal {
    /// The PSP says that there is no charge.
    NoCharge,
    /// The PSP holds a charge of another amount, currency or reference: it can only be cancelled.
    ChargeMismatch,
    /// The PSP cannot say, and the claim names no charge to rest on.
    ChargeIdNeeded,
    /// The PSP cannot say whose charge it is that would be cancelled.
    PspSilent,
}

impl ReviewRefusal {
    /// The stable code.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NoCharge => "psp_knows_no_charge",
            Self::ChargeMismatch => CHARGE_MISMATCH,
            Self::ChargeIdNeeded => "charge_id_required",
            Self::PspSilent => "psp_silent",
        }
    }
}

/// Decides about a claim.
#[must_use]
pub fn decide(claim: &Claim, said: &Inquiry) -> ReviewDecision {
    match said {
        Inquiry::Found(verdict) => found(claim, verdict),
        Inquiry::None if *claim == Claim::Failed => failed(),
        Inquiry::None => ReviewDecision::Refuse(ReviewRefusal::NoCharge),
        Inquiry::Mismatch { charge_id, .. } => mismatch(claim, charge_id),
        Inquiry::Unanswered { .. } => unanswered(claim),
    }
}

fn found(claim: &Claim, verdict: &Verdict) -> ReviewDecision {
    let same_charge = claim.charge_id().is_none_or(|claimed| verdict.charge_id() == Some(claimed));
    match (claim, verdict) {
        (Claim::Voided(_), Verdict::Authorized { charge_id, .. }) if same_charge => {
            ReviewDecision::Cancel(charge_id.clone())
        }
        (Claim::Authorized(_), Verdict::Authorized { .. })
        | (Claim::Declined(_), Verdict::Declined { .. }) => {
            ReviewDecision::Believe { verdict: verdict.clone(), agrees: same_charge }
        }
        // A declined charge holds no money: that it failed is no contradiction.
        (Claim::Failed, Verdict::Declined { .. }) => {
            ReviewDecision::Believe { verdict: verdict.clone(), agrees: true }
        }
        _ => ReviewDecision::Believe { verdict: verdict.clone(), agrees: false },
    }
}

fn mismatch(claim: &Claim, charge_id: &ChargeId) -> ReviewDecision {
    match claim {
        Claim::Voided(claimed) if claimed.as_ref().is_none_or(|claimed| claimed == charge_id) => {
            ReviewDecision::Cancel(charge_id.clone())
        }
        _ => ReviewDecision::Refuse(ReviewRefusal::ChargeMismatch),
    }
}

/// The person has seen what the PSP does not tell us.
fn unanswered(claim: &Claim) -> ReviewDecision {
    match claim {
        Claim::Failed => failed(),
        Claim::Declined(charge_id) => ReviewDecision::Settle(Settlement::Verdict(Verdict::Declined {
            charge_id: charge_id.clone(),
            code: BY_REVIEW.to_owned(),
            message: String::new(),
            card: None,
        })),
        Claim::Authorized(Some(charge_id)) => {
            let verdict =
                Verdict::Authorized { charge_id: charge_id.clone(), authorization_code: None, card: None };
            ReviewDecision::Settle(Settlement::Verdict(verdict))
        }
        Claim::Authorized(None) => ReviewDecision::Refuse(ReviewRefusal::ChargeIdNeeded),
        Claim::Voided(_) => ReviewDecision::Refuse(ReviewRefusal::PspSilent),
    }
}

fn failed() -> ReviewDecision {
    ReviewDecision::Settle(Settlement::Failed { reason: BY_REVIEW.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn charge(id: &str) -> Option<ChargeId> {
        Some(ChargeId(id.to_owned()))
    }

    fn found(verdict: Verdict) -> Inquiry {
        Inquiry::Found(verdict)
    }

    fn authorized() -> Verdict {
        Verdict::Authorized { charge_id: ChargeId("A".into()), authorization_code: None, card: None }
    }

    fn declined() -> Verdict {
        Verdict::Declined { charge_id: charge("D"), code: "10000".into(), message: String::new(), card: None }
    }

    fn summary(decision: ReviewDecision) -> String {
        match decision {
            ReviewDecision::Believe { verdict, agrees } => format!("{} {agrees}", verdict.as_str()),
            ReviewDecision::Settle(Settlement::Verdict(verdict)) => format!("settle {}", verdict.as_str()),
            ReviewDecision::Settle(Settlement::Failed { .. }) => "settle FAILED".to_owned(),
            ReviewDecision::Settle(other) => format!("{other:?}"),
            ReviewDecision::Cancel(charge_id) => format!("cancel {}", charge_id.0),
            ReviewDecision::Refuse(refusal) => refusal.as_str().to_owned(),
        }
    }

    #[test]
    fn what_the_psp_says_counts_and_a_person_only_where_it_says_nothing() {
        let silent = Inquiry::Unanswered { reason: "timeout".into() };
        let mismatch = Inquiry::Mismatch { charge_id: ChargeId("M".into()), reason: "amount".into() };
        let analysed = found(Verdict::InAnalysis { charge_id: ChargeId("A".into()), card: None });
        for (claim, said, expected) in [
            (Claim::Authorized(None), found(authorized()), "AUTHORIZED true"),
            (Claim::Authorized(charge("A")), found(authorized()), "AUTHORIZED true"),
            (Claim::Authorized(charge("B")), found(authorized()), "AUTHORIZED false"),
            (Claim::Authorized(None), found(declined()), "DECLINED false"),
            (Claim::Failed, found(authorized()), "AUTHORIZED false"),
            (Claim::Failed, found(declined()), "DECLINED true"),
            (Claim::Failed, analysed, "IN_ANALYSIS false"),
            (Claim::Declined(None), found(declined()), "DECLINED true"),
            (Claim::Voided(None), found(authorized()), "cancel A"),
            (Claim::Voided(charge("B")), found(authorized()), "AUTHORIZED false"),
            (Claim::Voided(None), found(declined()), "DECLINED false"),
            (Claim::Failed, Inquiry::None, "settle FAILED"),
            (Claim::Authorized(charge("A")), Inquiry::None, "psp_knows_no_charge"),
            (Claim::Voided(charge("A")), Inquiry::None, "psp_knows_no_charge"),
            (Claim::Failed, mismatch.clone(), "charge_mismatch"),
            (Claim::Authorized(charge("M")), mismatch.clone(), "charge_mismatch"),
            (Claim::Voided(None), mismatch.clone(), "cancel M"),
            (Claim::Voided(charge("B")), mismatch, "charge_mismatch"),
            (Claim::Failed, silent.clone(), "settle FAILED"),
            (Claim::Declined(None), silent.clone(), "settle DECLINED"),
            (Claim::Authorized(charge("A")), silent.clone(), "settle AUTHORIZED"),
            (Claim::Authorized(None), silent.clone(), "charge_id_required"),
            (Claim::Voided(charge("A")), silent, "psp_silent"),
        ] {
            assert_eq!(summary(decide(&claim, &said)), expected, "{claim:?} {said:?}");
        }
    }
}
