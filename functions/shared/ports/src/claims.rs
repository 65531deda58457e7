//! Claims: who was first with an `Idempotency-Key`, or with an equal payment.

use std::future::Future;
use std::sync::Arc;

use gateway_domain::claim::Claim;
use gateway_domain::{Money, PaymentId, ReservationId, Timestamp, UserId};

use crate::PortError;

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

/// The claims. Each method is one conditional write or one consistent read.
pub trait PaymentClaims: Send + Sync {
    /// Claims the key unless it is claimed and not forgotten.
    fn claim(&self, request: &ClaimRequest) -> impl Future<Output = Result<ClaimOutcome, PortError>> + Send;

    /// Reads a claim that is not forgotten at `now`.
    fn find(
        &self,
        key: &ClaimKey,
        now: Timestamp,
    ) -> impl Future<Output = Result<Option<Claim>, PortError>> + Send;

    /// Takes the key from `earlier`: to go on with its payment id after its lease lapsed
    /// (`request.payment_id` equal), or to replace it after its payment came to nothing (different).
    /// `Taken` if it is no longer as `earlier` says.
    fn take_over(
        &self,
        earlier: &Claim,
        request: &ClaimRequest,
    ) -> impl Future<Output = Result<ClaimOutcome, PortError>> + Send;

    /// Marks that the payment is queued. No effect if another payment has taken the key since.
    fn complete(
        &self,
        key: &ClaimKey,
        payment_id: PaymentId,
    ) -> impl Future<Output = Result<(), PortError>> + Send;
}

/// One store may serve two ports of one handler.
impl<T: PaymentClaims> PaymentClaims for Arc<T> {
    fn claim(&self, request: &ClaimRequest) -> impl Future<Output = Result<ClaimOutcome, PortError>> + Send {
        (**self).claim(request)
    }

    fn find(
        &self,
        key: &ClaimKey,
        now: Timestamp,
    ) -> impl Future<Output = Result<Option<Claim>, PortError>> + Send {
        (**self).find(key, now)
    }

    fn take_over(
        &self,
        earlier: &Claim,
        request: &ClaimRequest,
    ) -> impl Future<Output = Result<ClaimOutcome, PortError>> + Send {
        (**self).take_over(earlier, request)
    }

    fn complete(
        &self,
        key: &ClaimKey,
        payment_id: PaymentId,
    ) -> impl Future<Output = Result<(), PortError>> + Send {
        (**self).complete(key, payment_id)
    }
}
