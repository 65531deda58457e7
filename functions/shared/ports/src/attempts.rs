//! The one item a payment has beside the ledger: its vaulted card, its attempt fence, its verdict.
//!
//! Claiming an attempt and reading the card is one conditional write; recording the verdict and
//! erasing the card another. Expiry is checked against `now`: deletion by the store lags.

use std::future::Future;
use std::sync::Arc;

use gateway_domain::attempt::AttemptState;
use gateway_domain::charge::AttemptFailure;
use gateway_domain::{CardSecret, Money, PaymentId, ReservationId, Timestamp, UserId, Verdict};

use crate::PortError;

/// What a new payment's item holds beside the card.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewPaymentItem {
    /// The payment; the card is bound to it.
    pub payment_id: PaymentId,
    /// What it pays.
    pub reservation_id: ReservationId,
    /// Who pays.
    pub user_id: UserId,
    /// How much.
    pub amount: Money,
    /// When the card can no longer be used.
    pub card_expires_at: Timestamp,
}

/// Puts cards into the vault and takes them out of the world.
pub trait CardVault: Send + Sync {
    /// Seals and stores the card with a new item. An item that is already there stays as it is (a
    /// repeated request of the same payment).
    fn put(
        &self,
        item: &NewPaymentItem,
        card: CardSecret,
    ) -> impl Future<Output = Result<(), PortError>> + Send;

    /// Erases card and code with their keys, whatever the item's state, so that nobody can claim an
    /// attempt any more; tells what is known of the attempts so far. Without an item nothing is known.
    fn erase(&self, payment_id: PaymentId) -> impl Future<Output = Result<Erased, PortError>> + Send;
}

/// What is known of a payment's attempts when its card is erased.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Erased {
    /// Whether any attempt may have reached the PSP without surely being refused.
    pub may_be_charged: bool,
    /// Until when a holder, with the card in its memory, may still be at the PSP.
    pub busy_until: Option<Timestamp>,
    /// The verdict, once there is one.
    pub verdict: Option<Verdict>,
}

impl Erased {
    /// What an item's attempts tell; `None` is no item.
    #[must_use]
    pub fn of(state: Option<&AttemptState>) -> Self {
        match state {
            None => Self { may_be_charged: true, busy_until: None, verdict: None },
            Some(state) => Self {
                may_be_charged: state.may_be_charged(),
                busy_until: state.lease_until,
                verdict: state.verdict.clone(),
            },
        }
    }
}

/// One store may serve two ports of one handler.
impl<T: CardVault> CardVault for Arc<T> {
    fn put(
        &self,
        item: &NewPaymentItem,
        card: CardSecret,
    ) -> impl Future<Output = Result<(), PortError>> + Send {
        (**self).put(item, card)
    }

    fn erase(&self, payment_id: PaymentId) -> impl Future<Output = Result<Erased, PortError>> + Send {
        (**self).erase(payment_id)
    }
}

/// A claimed attempt: the right to call the PSP until the lease ends.
pub struct ClaimedAttempt {
    /// Grows with each claim; only the newest may record an outcome.
    pub fence: u64,
    /// The card, unsealed.
    pub card: CardSecret,
    /// Whether an earlier claim of this payment may have reached the PSP without a recorded outcome
    /// or with an unknown one: the same idempotency key is used, so asking again is safe.
    pub may_be_charged: bool,
}

/// What became of a wish to claim an attempt.
pub enum AttemptClaim {
    /// Ours until the lease ends.
    Claimed(ClaimedAttempt),
    /// The verdict is recorded: tell it again.
    Decided(Verdict),
    /// This attempt ended without a verdict and that is recorded: tell it again.
    Failed(AttemptFailure),
    /// Another holder's lease has not ended.
    Busy {
        /// When it ends.
        until: Timestamp,
    },
    /// A newer attempt has been claimed: this record is late.
    Superseded,
    /// The card has expired or is erased, and there is no verdict: only the PSP can say what happened.
    CardGone {
        /// Whether any attempt may have reached the PSP.
        may_be_charged: bool,
    },
}

/// Fenced charge attempts.
pub trait ChargeAttempts: Send + Sync {
    /// Claims attempt `attempt` until `now + lease_ms`, in one write. See
    /// [`gateway_domain::attempt::decide_claim`].
    fn claim_attempt(
        &self,
        payment_id: PaymentId,
        attempt: u32,
        now: Timestamp,
        lease_ms: i64,
    ) -> impl Future<Output = Result<AttemptClaim, PortError>> + Send;

    /// Records the verdict and erases the card, in one write, if `fence` is the newest and no other
    /// verdict is recorded (IN_ANALYSIS gives way to a final one). See
    /// [`gateway_domain::attempt::decide_verdict`].
    fn record_verdict(
        &self,
        payment_id: PaymentId,
        fence: u64,
        verdict: &Verdict,
    ) -> impl Future<Output = Result<Recorded, PortError>> + Send;

    /// Records that the attempt ended without a verdict and ends the lease; the card stays. The first
    /// failure of a claim stands. See [`gateway_domain::attempt::decide_failure`].
    fn record_failure(
        &self,
        payment_id: PaymentId,
        fence: u64,
        failure: &AttemptFailure,
    ) -> impl Future<Output = Result<Recorded, PortError>> + Send;

    /// Records a verdict learned by asking the PSP, whatever the fence, and erases the card; also for a
    /// payment whose item is gone, unless a later payment of the same key has its place: then it is kept by
    /// the ledger alone.
    fn record_learned(
        &self,
        payment_id: PaymentId,
        verdict: &Verdict,
    ) -> impl Future<Output = Result<Recorded, PortError>> + Send;
}

/// What became of an outcome to record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Recorded {
    /// It stands (also when it stood already).
    Stands,
    /// Another verdict had been recorded: that one stands.
    Other(Verdict),
    /// A newer claim has overtaken this one: its holder will tell the outcome.
    Fenced,
}

/// Reads payments that the ledger does not know yet.
pub trait PendingPayments: Send + Sync {
    /// The item's plain part.
    fn pending(
        &self,
        payment_id: PaymentId,
    ) -> impl Future<Output = Result<Option<NewPaymentItem>, PortError>> + Send;
}
