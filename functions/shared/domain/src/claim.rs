//! Duplicates and repetitions: what an accepting request does when it meets an earlier one.

use crate::id::PaymentId;
use crate::payment::PaymentStatus;
use crate::time::Timestamp;

/// A claim that an earlier request left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// The payment the earlier request chose.
    pub payment_id: PaymentId,
    /// Digest of the earlier request's meaning.
    pub fingerprint: [u8; 32],
    /// Whether the earlier request is known to have queued its payment.
    pub completed: bool,
    /// Until when the earlier request may still be at work.
    pub lease_until: Timestamp,
    /// When the claim is forgotten: from then on nothing is a repetition of the earlier request.
    pub forgotten_at: Timestamp,
}

impl Claim {
    /// Whether the claim counts no more.
    #[must_use]
    pub const fn is_forgotten(&self, now: Timestamp) -> bool {
        now.as_millis() >= self.forgotten_at.as_millis()
    }
}

/// What a request does about an earlier claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClaimDecision {
    /// Answer as the earlier request was answered, with the payment's current state.
    Replay(PaymentId),
    /// 409: a duplicate of this payment.
    Duplicate(PaymentId),
    /// 409: the earlier request is still at work; ask again later.
    InFlight(PaymentId),
    /// 422: the same key was used for another payload.
    KeyReused(PaymentId),
    /// The earlier request died: go on with *its* payment id.
    TakeOver(PaymentId),
    /// The earlier payment came to nothing, or its claim is forgotten: pay anew, under a new payment id.
    Replace(PaymentId),
}

/// Decides for a request that carries an `Idempotency-Key`. `status` is the earlier payment's, once
/// the ledger knows it.
#[must_use]
pub fn decide_with_key(
    claim: &Claim,
    fingerprint: &[u8; 32],
    status: Option<PaymentStatus>,
    now: Timestamp,
) -> ClaimDecision {
    if claim.is_forgotten(now) {
        return ClaimDecision::Replace(claim.payment_id);
    }
    if claim.fingerprint != *fingerprint {
        return ClaimDecision::KeyReused(claim.payment_id);
    }
    if claim.completed || status.is_some() {
        return ClaimDecision::Replay(claim.payment_id);
    }
    if now < claim.lease_until {
        return ClaimDecision::InFlight(claim.payment_id);
    }
    ClaimDecision::TakeOver(claim.payment_id)
}

/// Decides for a request without a key that equals an earlier one (user, reservation, amount).
///
/// Here the ledger's row is the mark of completion: while there is none and the lease has lapsed,
/// the earlier request may have died before it queued anything, and queuing the same payment id
/// twice is harmless.
#[must_use]
pub const fn decide_without_key(
    claim: &Claim,
    status: Option<PaymentStatus>,
    now: Timestamp,
) -> ClaimDecision {
    if claim.is_forgotten(now) {
        return ClaimDecision::Replace(claim.payment_id);
    }
    match status {
        Some(status) if status.is_live() => ClaimDecision::Duplicate(claim.payment_id),
        Some(_) => ClaimDecision::Replace(claim.payment_id),
        None if claim.completed || now.as_millis() < claim.lease_until.as_millis() => {
            ClaimDecision::Duplicate(claim.payment_id)
        }
        None => ClaimDecision::TakeOver(claim.payment_id),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAYMENT: PaymentId = PaymentId::from_u128(7);

    fn claim(completed: bool, lease_until: i64) -> Claim {
        Claim {
            payment_id: PAYMENT,
            fingerprint: [1; 32],
            completed,
            lease_until: Timestamp::from_millis(lease_until),
            forgotten_at: Timestamp::from_millis(1_000),
        }
    }

    #[test]
    fn what_is_forgotten_stands_in_nobodys_way() {
        for (now, forgotten) in [(999, false), (1_000, true), (1_001, true)] {
            let now = Timestamp::from_millis(now);
            for status in [None, Some(PaymentStatus::Processing), Some(PaymentStatus::Authorized)] {
                let claim = claim(true, 0);
                assert_eq!(claim.is_forgotten(now), forgotten);
                let replaced = ClaimDecision::Replace(PAYMENT);
                assert_eq!(decide_without_key(&claim, status, now) == replaced, forgotten, "{now:?}");
                for fingerprint in [[1; 32], [2; 32]] {
                    let decision = decide_with_key(&claim, &fingerprint, status, now);
                    assert_eq!(decision == replaced, forgotten, "{now:?}");
                }
            }
        }
    }

    #[test]
    fn a_key_answers_for_one_payload_only() {
        let now = Timestamp::from_millis(100);
        for (claim, fingerprint, status, expected) in [
            (claim(true, 0), [2; 32], None, ClaimDecision::KeyReused(PAYMENT)),
            (claim(true, 0), [1; 32], None, ClaimDecision::Replay(PAYMENT)),
            (claim(false, 200), [1; 32], None, ClaimDecision::InFlight(PAYMENT)),
            (claim(false, 200), [1; 32], Some(PaymentStatus::Declined), ClaimDecision::Replay(PAYMENT)),
            (claim(false, 100), [1; 32], None, ClaimDecision::TakeOver(PAYMENT)),
        ] {
            assert_eq!(decide_with_key(&claim, &fingerprint, status, now), expected, "{claim:?}");
        }
    }

    #[test]
    fn without_a_key_a_failed_payment_is_no_duplicate() {
        let now = Timestamp::from_millis(100);
        for (claim, status, expected) in [
            (claim(false, 200), None, ClaimDecision::Duplicate(PAYMENT)),
            (claim(false, 100), None, ClaimDecision::TakeOver(PAYMENT)),
            (claim(false, 100), Some(PaymentStatus::Processing), ClaimDecision::Duplicate(PAYMENT)),
            (claim(false, 100), Some(PaymentStatus::Authorized), ClaimDecision::Duplicate(PAYMENT)),
            (claim(false, 200), Some(PaymentStatus::Declined), ClaimDecision::Replace(PAYMENT)),
            (claim(true, 0), Some(PaymentStatus::Rejected), ClaimDecision::Replace(PAYMENT)),
        ] {
            assert_eq!(decide_without_key(&claim, status, now), expected, "{claim:?} {status:?}");
        }
    }
}
