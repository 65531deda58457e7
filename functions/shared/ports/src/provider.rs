//! The payment service provider (PSP).

use std::future::Future;

use gateway_domain::charge::{ChargeId, ChargeOutcome, Inquiry};
use gateway_domain::money::Cents;
use gateway_domain::{CardSecret, PaymentId};

/// A charge to make.
pub struct ChargeRequest<'a> {
    /// The payment: reference and idempotency key of the charge, for its whole life.
    pub payment_id: PaymentId,
    /// How much, in cents of BRL.
    pub amount: Cents,
    /// The card.
    pub card: &'a CardSecret,
}

/// Charges, and asks what became of charges. Never fails: not hearing is an outcome too.
pub trait PaymentProvider: Send + Sync {
    /// Authorizes the amount on the card. The answer's amount, currency and reference are checked;
    /// an answer that does not fit is unknown, never a verdict.
    fn charge(&self, request: ChargeRequest<'_>) -> impl Future<Output = ChargeOutcome> + Send;

    /// Asks about a charge by the PSP's id.
    fn find_charge(
        &self,
        charge_id: &ChargeId,
        payment_id: PaymentId,
        amount: Cents,
    ) -> impl Future<Output = Inquiry> + Send;

    /// Asks whether there is a charge for a payment.
    fn find_by_payment(&self, payment_id: PaymentId, amount: Cents) -> impl Future<Output = Inquiry> + Send;

    /// Cancels an authorization that cannot be used. Idempotent.
    fn cancel(&self, charge_id: &ChargeId, amount: Cents) -> impl Future<Output = CancelOutcome> + Send;
}

/// What became of a cancellation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CancelOutcome {
    /// Cancelled, now or before.
    Cancelled,
    /// The PSP refuses: a person must look.
    Refused {
        /// Why.
        reason: String,
    },
    /// The PSP cannot say now: try again.
    Unanswered {
        /// Why.
        reason: String,
    },
}
