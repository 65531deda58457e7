//! How a payment ends, or why it does not end yet: the ledger's rule.

use crate::charge::{ChargeId, Verdict};
use crate::payment::{Payment, PaymentStatus};
use crate::review::{BY_REVIEW, VOID_REQUESTED};

/// What the ledger is told about a payment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Settlement {
    /// The PSP has decided.
    Verdict(Verdict),
    /// There is no charge and will be none; the PSP said so, or was never asked to charge.
    Failed {
        /// A stable code.
        reason: String,
    },
    /// Nobody can say whether there is a charge.
    InReview {
        /// A stable code.
        reason: String,
        /// The charge that the PSP has named, if it has: kept, so that nobody takes the payment for one without.
        charge_id: Option<ChargeId>,
    },
    /// A person wants the charge of a payment under review cancelled. Written before the PSP is told, so
    /// that no verdict that comes meanwhile authorizes what is being cancelled.
    VoidRequested {
        /// The charge.
        charge_id: ChargeId,
    },
    /// A charge that could not be used was cancelled at the PSP.
    Voided {
        /// The cancelled charge.
        charge_id: ChargeId,
    },
}

/// What happens to the payment's reservation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReservationEffect {
    /// PAYING → CONFIRMED.
    Confirm,
    /// PAYING → HELD again: the buyer can try another card until it expires.
    HoldAgain,
    /// Stays PAYING.
    Keep,
}

/// What to do with a settlement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SettleDecision {
    /// Write this status and apply this effect, in one transaction.
    Apply(PaymentStatus, ReservationEffect),
    /// It stands so already (a redelivered record): nothing to write.
    AlreadySettled(PaymentStatus),
    /// The payment ended otherwise, yet the PSP authorized: the charge must be cancelled.
    LateAuthorization(PaymentStatus),
    /// The payment ended otherwise and nothing was charged: nothing to do.
    Ignored(PaymentStatus),
    /// No such payment in the ledger.
    UnknownPayment,
}

/// Decides about a settlement from what the ledger holds.
#[must_use]
pub fn decide(settlement: &Settlement, payment: Option<&Payment>) -> SettleDecision {
    let Some(payment) = payment else { return SettleDecision::UnknownPayment };
    let (next, effect) = target(settlement);
    // The charge was cancelled as asked, and whoever did it died before it could say so.
    if is_void_requested(payment) && is_cancellation(settlement) {
        return SettleDecision::Apply(PaymentStatus::Voided, ReservationEffect::HoldAgain);
    }
    if payment.status == next && is_repeated(settlement, payment) {
        return SettleDecision::AlreadySettled(next);
    }
    if is_void_requested(payment) && !may_end_void(settlement) {
        return refused(settlement, payment.status);
    }
    if contradicts_psp(settlement, payment) {
        return refused(settlement, payment.status);
    }
    if payment.status.may_become(next) {
        return SettleDecision::Apply(next, effect);
    }
    refused(settlement, payment.status)
}

/// Whether a person has asked for the payment's charge to be cancelled, and it has not ended yet.
#[must_use]
pub fn is_void_requested(payment: &Payment) -> bool {
    payment.status == PaymentStatus::InReview && payment.reason.as_deref() == Some(VOID_REQUESTED)
}

/// Whether a step takes the payment for one without a charge, though the PSP has named its charge: only a
/// person may say that there is none, or the PSP where the charge was to be cancelled anyhow.
fn contradicts_psp(settlement: &Settlement, payment: &Payment) -> bool {
    let by_step = matches!(settlement, Settlement::Failed { reason } if reason != BY_REVIEW);
    by_step && payment.charge_id.is_some() && !is_void_requested(payment)
}

fn is_cancellation(settlement: &Settlement) -> bool {
    matches!(settlement, Settlement::Verdict(verdict) if verdict.is_cancellation())
}

/// What ends a payment whose charge is to be cancelled: that it is, or that there is nothing to cancel.
const fn may_end_void(settlement: &Settlement) -> bool {
    matches!(
        settlement,
        Settlement::Verdict(Verdict::Declined { .. }) | Settlement::Failed { .. } | Settlement::Voided { .. }
    )
}

const fn refused(settlement: &Settlement, status: PaymentStatus) -> SettleDecision {
    match settlement {
        Settlement::Verdict(Verdict::Authorized { .. }) => SettleDecision::LateAuthorization(status),
        _ => SettleDecision::Ignored(status),
    }
}

const fn target(settlement: &Settlement) -> (PaymentStatus, ReservationEffect) {
    match settlement {
        Settlement::Verdict(Verdict::Authorized { .. }) => {
            (PaymentStatus::Authorized, ReservationEffect::Confirm)
        }
        Settlement::Verdict(Verdict::Declined { .. }) => {
            (PaymentStatus::Declined, ReservationEffect::HoldAgain)
        }
        Settlement::Verdict(Verdict::InAnalysis { .. }) => {
            (PaymentStatus::InAnalysis, ReservationEffect::Keep)
        }
        Settlement::Failed { .. } => (PaymentStatus::Failed, ReservationEffect::HoldAgain),
        Settlement::InReview { .. } | Settlement::VoidRequested { .. } => {
            (PaymentStatus::InReview, ReservationEffect::Keep)
        }
        Settlement::Voided { .. } => (PaymentStatus::Voided, ReservationEffect::HoldAgain),
    }
}

/// A second authorization under another charge id is no repetition: it is a charge too many. Nor is a
/// person's wish that finds a payment under review, or a charge that nobody knew to be named.
fn is_repeated(settlement: &Settlement, payment: &Payment) -> bool {
    match settlement {
        Settlement::Verdict(Verdict::Authorized { charge_id, .. }) => {
            payment.charge_id.as_ref().is_none_or(|known| known == charge_id)
        }
        Settlement::VoidRequested { .. } => is_void_requested(payment),
        Settlement::InReview { charge_id, .. } => charge_id.is_none() || payment.charge_id.is_some(),
        _ => true,
    }
}
