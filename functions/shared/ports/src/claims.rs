//! Claims: who was first with an `Idempotency-Key`, or with an equal payment.
//!
//! A claim and the item of its payment, which holds the card, are stored as one: no claim is made
//! without its card, and a refused request leaves no card behind. So that one write does both, the id of
//! the first payment of a key tells the key: [`ClaimKey::payment_id`].

use std::future::Future;

use gateway_domain::claim::Claim;
use gateway_domain::{CardSecret, Money, PaymentId, ReservationId, Timestamp, UserId};
use sha2::{Digest as _, Sha256};

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

impl ClaimKey {
    /// The id of the payment that claims this key first: the time, and a digest of the key.
    #[must_use]
    pub fn payment_id(&self, accepted_at: Timestamp) -> PaymentId {
        let digest = Sha256::digest(self.text());
        let tail = digest.iter().take(10).fold(0, |tail, byte| (tail << 8) | u128::from(*byte));
        PaymentId::new(accepted_at, tail)
    }

    /// Whether a payment's id is the one of whoever claims this key first.
    #[must_use]
    pub fn names(&self, payment_id: PaymentId) -> bool {
        self.payment_id(payment_id.accepted_at()) == payment_id
    }

    /// The key as one text. Users have no spaces in their id, so no two keys give the same text.
    fn text(&self) -> String {
        match self {
            Self::Idempotency { user, key } => format!("key {user} {key}"),
            Self::Payment { user, reservation, amount } => {
                format!("payment {user} {reservation} {}", amount.units())
            }
        }
    }
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
    /// Another's, or one that is forgotten and can be replaced.
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

/// The claims. What every request does is one conditional write; what follows a [`ClaimOutcome::Taken`]
/// may read first.
pub trait PaymentClaims: Send + Sync {
    /// Claims the key and stores the payment, unless there is a claim or a verdict at its place, which tells
    /// of a claim that is forgotten: both or neither. The payment's id
    /// is the [key's](ClaimKey::payment_id); another one is a permanent error.
    fn claim(
        &self,
        request: &ClaimRequest,
        payment: NewPayment<'_>,
    ) -> impl Future<Output = Result<ClaimOutcome, PortError>> + Send;

    /// Reads the claim, forgotten or not.
    fn find(&self, key: &ClaimKey) -> impl Future<Output = Result<Option<Claim>, PortError>> + Send;

    /// Goes on with the payment of `earlier`, whose lease lapsed: its id, its card, a new lease.
    /// `Taken` if the claim is no longer as `earlier` says.
    fn take_over(
        &self,
        earlier: &Claim,
        request: &ClaimRequest,
    ) -> impl Future<Output = Result<ClaimOutcome, PortError>> + Send;

    /// Takes the key from `earlier`, whose payment came to nothing or which is forgotten, for another
    /// payment: both or neither. `Taken` if the claim is no longer as `earlier` says. The payment has an id
    /// of its own; the key's is a permanent error.
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

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_795_426_200_000);

    fn keyed(user: &str, key: &str) -> PaymentId {
        ClaimKey::Idempotency { user: UserId::new(user).unwrap(), key: key.into() }.payment_id(NOW)
    }

    #[test]
    fn each_user_has_their_own_keys() {
        assert_eq!(keyed("ana", "1"), keyed("ana", "1"));
        assert_ne!(keyed("ana", "b c"), keyed("ana#b", "c"));
        assert_ne!(keyed("ana", "1"), keyed("bia", "1"));
    }

    #[test]
    fn equal_payments_share_a_key_and_others_do_not() {
        let of = |amount: &str| {
            let (user, reservation) = (UserId::new("ana").unwrap(), ReservationId::from_u128(1));
            let amount = amount.parse::<Money>().unwrap();
            ClaimKey::Payment { user, reservation, amount }.payment_id(NOW)
        };
        assert_eq!(of("10"), of("10.00"));
        assert_ne!(of("10"), of("10.01"));
    }

    /// Items of payments that are under way are found by it: it must never change.
    #[test]
    fn the_id_is_the_time_and_the_digest() {
        assert_eq!(keyed("ana", "1").accepted_at(), NOW);
        assert_eq!(keyed("ana", "1").to_string(), "01M83VVAE0BG58M94J8HMH3SCW");
    }
}
