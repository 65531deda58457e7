//! In-memory `attempts` ports: the payment items with their cards, held in clear.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use gateway_domain::attempt::{
    AttemptDecision, AttemptState, RecordDecision, clears, decide_claim, decide_failure, decide_verdict,
};
use gateway_domain::card::{Cvv, EncryptedCard, Holder, Pan};
use gateway_domain::charge::AttemptFailure;
use gateway_domain::{CardSecret, PaymentId, Timestamp, Verdict};
use gateway_ports::PortError;
use gateway_ports::attempts::{
    AttemptClaim, CardVault, ChargeAttempts, ClaimedAttempt, Erased, NewPaymentItem, PendingPayments,
    Recorded,
};

/// Payment items by their payment.
#[derive(Default)]
pub struct MemoryPayments {
    items: Mutex<BTreeMap<PaymentId, Item>>,
}

#[derive(Default)]
struct Item {
    plain: Option<NewPaymentItem>,
    card: Option<CardSecret>,
    state: AttemptState,
}

impl Item {
    fn erase(&mut self) {
        self.card = None;
        self.state.card_until = None;
    }
}

impl MemoryPayments {
    /// Whether a card is stored for the payment: what tests of erasure ask.
    #[must_use]
    pub fn has_card(&self, payment_id: PaymentId) -> bool {
        self.lock().get(&payment_id).is_some_and(|item| item.card.is_some())
    }

    /// The verdict recorded for the payment.
    #[must_use]
    pub fn verdict(&self, payment_id: PaymentId) -> Option<Verdict> {
        self.lock().get(&payment_id).and_then(|item| item.state.verdict.clone())
    }

    /// Looks at every payment's state, and whether its card is there.
    pub fn inspect(&self, mut look: impl FnMut(PaymentId, &AttemptState, bool)) {
        for (id, item) in self.lock().iter() {
            look(*id, &item.state, item.card.is_some());
        }
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<PaymentId, Item>> {
        self.items.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn record(&self, payment_id: PaymentId, fence: Option<u64>, verdict: &Verdict) -> Recorded {
        let mut items = self.lock();
        let decision = decide_verdict(items.get(&payment_id).map(|item| &item.state), fence, verdict);
        if decision == RecordDecision::Write {
            let item = items.entry(payment_id).or_default();
            item.erase();
            item.state.verdict = Some(verdict.clone());
            item.state.failure = None;
            item.state.lease_until = None;
        }
        told(decision)
    }
}

fn told(decision: RecordDecision) -> Recorded {
    match decision {
        RecordDecision::Write | RecordDecision::Stands => Recorded::Stands,
        RecordDecision::Other(verdict) => Recorded::Other(verdict),
        RecordDecision::Fenced => Recorded::Fenced,
    }
}

impl CardVault for MemoryPayments {
    async fn put(&self, new: &NewPaymentItem, card: CardSecret) -> Result<(), PortError> {
        let state = AttemptState { card_until: Some(new.card_expires_at), ..AttemptState::default() };
        let item = Item { plain: Some(new.clone()), card: Some(card), state };
        self.lock().entry(new.payment_id).or_insert(item);
        Ok(())
    }

    async fn erase(&self, payment_id: PaymentId) -> Result<Erased, PortError> {
        let mut items = self.lock();
        let item = items.get_mut(&payment_id);
        let erased = Erased::of(item.as_ref().map(|item| &item.state));
        if let Some(item) = item {
            item.erase();
        }
        Ok(erased)
    }
}

impl ChargeAttempts for MemoryPayments {
    async fn claim_attempt(
        &self,
        payment_id: PaymentId,
        attempt: u32,
        now: Timestamp,
        lease_ms: i64,
    ) -> Result<AttemptClaim, PortError> {
        let mut items = self.lock();
        let item = items.get_mut(&payment_id);
        Ok(match decide_claim(item.as_ref().map(|item| &item.state), attempt, now) {
            AttemptDecision::Claim { may_be_charged } => {
                let item = item.ok_or_else(|| PortError::permanent("a claim without an item"))?;
                let card =
                    item.card.as_ref().ok_or_else(|| PortError::permanent("a claim without a card"))?;
                let card = copy(card)?;
                item.state.attempt = attempt;
                item.state.fence += 1;
                item.state.lease_until = Some(now.plus_millis(lease_ms));
                item.state.failure = None;
                AttemptClaim::Claimed(ClaimedAttempt { fence: item.state.fence, card, may_be_charged })
            }
            AttemptDecision::Decided(verdict) => AttemptClaim::Decided(verdict),
            AttemptDecision::Failed(failure) => AttemptClaim::Failed(failure),
            AttemptDecision::Busy { until } => AttemptClaim::Busy { until },
            AttemptDecision::Superseded => AttemptClaim::Superseded,
            AttemptDecision::CardGone { may_be_charged } => AttemptClaim::CardGone { may_be_charged },
        })
    }

    async fn record_verdict(
        &self,
        payment_id: PaymentId,
        fence: u64,
        verdict: &Verdict,
    ) -> Result<Recorded, PortError> {
        Ok(self.record(payment_id, Some(fence), verdict))
    }

    async fn record_failure(
        &self,
        payment_id: PaymentId,
        fence: u64,
        failure: &AttemptFailure,
    ) -> Result<Recorded, PortError> {
        let mut items = self.lock();
        let item = items.get_mut(&payment_id);
        let decision = decide_failure(item.as_ref().map(|item| &item.state), fence);
        if let (RecordDecision::Write, Some(item)) = (&decision, item) {
            item.state.failure = Some(failure.clone());
            item.state.lease_until = None;
            item.state.cleared += clears(failure);
        }
        Ok(told(decision))
    }

    async fn record_learned(&self, payment_id: PaymentId, verdict: &Verdict) -> Result<Recorded, PortError> {
        Ok(self.record(payment_id, None, verdict))
    }
}

impl PendingPayments for MemoryPayments {
    async fn pending(&self, payment_id: PaymentId) -> Result<Option<NewPaymentItem>, PortError> {
        Ok(self.lock().get(&payment_id).and_then(|item| item.plain.clone()))
    }
}

/// Secrets have no `Clone`; the real vault opens its ciphertext anew each time.
///
/// # Errors
/// None for a card that was read.
pub fn copy(card: &CardSecret) -> Result<CardSecret, PortError> {
    let damaged = |_| PortError::permanent("the stored card is none");
    match card {
        CardSecret::Raw { pan, cvv, expiry } => Ok(CardSecret::Raw {
            pan: Pan::new(pan.expose().to_owned()).map_err(damaged)?,
            cvv: Cvv::from_vault(cvv.expose().to_owned()),
            expiry: *expiry,
        }),
        CardSecret::Encrypted(card) => {
            let copy = EncryptedCard::new(card.expose().to_owned()).map_err(damaged)?;
            let Some(holder) = card.holder() else { return Ok(CardSecret::Encrypted(copy)) };
            let holder =
                Holder::new(holder.name().to_owned(), holder.tax_id().to_owned()).map_err(damaged)?;
            Ok(CardSecret::Encrypted(copy.held_by(holder)))
        }
    }
}

#[cfg(test)]
mod tests {
    use gateway_conformance::attempts::{authorized, fresh_payment, now, raw_card};
    use gateway_ports::attempts::{CardVault as _, ChargeAttempts as _};

    use super::MemoryPayments;

    gateway_conformance::attempts_suite!(async { MemoryPayments::default() });

    #[tokio::test]
    async fn a_verdict_leaves_no_card_behind() {
        let store = MemoryPayments::default();
        let item = fresh_payment(now());
        store.put(&item, raw_card()).await.unwrap();
        assert!(store.has_card(item.payment_id));
        store.record_learned(item.payment_id, &authorized(item.payment_id)).await.unwrap();
        assert!(!store.has_card(item.payment_id));
    }
}
