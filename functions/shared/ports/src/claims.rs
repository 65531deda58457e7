//! Claims: who was first with an `Idempotency-Key`, or with an equal payment.
//!
//! A claim and the item of its payment, which holds the card, are stored as one: no claim was ever
//! without its card, and a refused request leaves no card behind.

use std::future::Future;

use gateway_domain::claim::Claim;
use gateway_domain::{CardSecret, Money, PaymentId, ReservationId, Timestamp, UserId};

use crate::PortError;
use crate::attempts::NewPaymentItem;

/// What is claimed.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum ClaimKey {
    /// A caller's `Idempotency-Key`; each user has their own keys.
    Idempotency {
        /// Whose key.
        user: UserId,
        /// The key.
        key: String,
    },
    /// An equal payment: same user, reservation and amount.
    Payment {
        /// Who pays.
        user: UserId,
        /// What is paid.
        reservation: ReservationId,
        /// How much.
        amount: Money,
    },
}

/// A wish to claim.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimRequest {
    /// What.
    pub key: ClaimKey,
    /// The payment id to store in it.
    pub payment_id: PaymentId,
    /// Digest of the request's meaning; holds no card data.
    pub fingerprint: [u8; 32],
    /// Now.
    pub now: Timestamp,
    /// Until when this request may be at work.
    pub lease_until: Timestamp,
    /// When the claim is forgotten.
    pub expires_at: Timestamp,
}

/// What became of a wish to claim.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClaimOutcome {
    /// Ours now.
    Claimed,
    /// Another's, not yet forgotten.
    Taken(Claim),
}

/// A payment to be stored with its claim.
#[derive(Clone, Copy)]
pub struct NewPayment<'a> {
    /// What is known of it.
    pub item: &'a NewPaymentItem,
    /// Lent to be sealed.
    pub card: &'a CardSecret,
}

/// The claims. Each method is one conditional write or one consistent read.
pub trait PaymentClaims: Send + Sync {
    /// Claims the key and stores the payment, unless the key is claimed and not forgotten: both or
    /// neither.
    fn claim(
        &self,
        request: &ClaimRequest,
        payment: NewPayment<'_>,
    ) -> impl Future<Output = Result<ClaimOutcome, PortError>> + Send;

    /// Reads a claim that is not forgotten at `now`.
    fn find(
        &self,
        key: &ClaimKey,
        now: Timestamp,
    ) -> impl Future<Output = Result<Option<Claim>, PortError>> + Send;

    /// Goes on with the payment of `earlier`, whose lease lapsed: its id, its card, a new lease.
    /// `Taken` if the claim is no longer as `earlier` says.
    fn take_over(
        &self,
        earlier: &Claim,
        request: &ClaimRequest,
    ) -> impl Future<Output = Result<ClaimOutcome, PortError>> + Send;

    /// Takes the key from `earlier`, whose payment came to nothing, for another payment: both or
    /// neither. `Taken` if the claim is no longer as `earlier` says.
    fn replace(
        &self,
        earlier: &Claim,
        request: &ClaimRequest,
        payment: NewPayment<'_>,
    ) -> impl Future<Output = Result<ClaimOutcome, PortError>> + Send;

    /// Marks that the payment is queued. No effect if another payment has taken the key since.
    fn complete(
        &self,
        key: &ClaimKey,
        payment_id: PaymentId,
    ) -> impl Future<Output = Result<(), PortError>> + Send;
}
