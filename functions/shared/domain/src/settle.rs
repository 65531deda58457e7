//! How a payment ends, or why it does not end yet: the ledger's rule.

use crate::charge::{ChargeId, Verdict};
use crate::payment::{Payment, PaymentStatus};

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
    if payment.status == next && same_charge(settlement, payment) {
        return SettleDecision::AlreadySettled(next);
    }
    if payment.status.may_become(next) {
        return SettleDecision::Apply(next, effect);
    }
    match settlement {
        Settlement::Verdict(Verdict::Authorized { .. }) => SettleDecision::LateAuthorization(payment.status),
        _ => SettleDecision::Ignored(payment.status),
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
        Settlement::InReview { .. } => (PaymentStatus::InReview, ReservationEffect::Keep),
        Settlement::Voided { .. } => (PaymentStatus::Voided, ReservationEffect::HoldAgain),
    }
}

/// A second authorization under another charge id is no repetition: it is a charge too many.
fn same_charge(settlement: &Settlement, payment: &Payment) -> bool {
    match settlement {
        Settlement::Verdict(Verdict::Authorized { charge_id, .. }) => {
            payment.charge_id.as_ref().is_none_or(|known| known == charge_id)
        }
        _ => true,
    }
}
