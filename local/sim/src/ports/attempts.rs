//! DynamoDB's payment items: vault and fence.

use gateway_domain::charge::AttemptFailure;
use gateway_domain::{CardSecret, PaymentId, Timestamp, Verdict};
use gateway_ports::PortError;
use gateway_ports::attempts::{
    AttemptClaim, CardVault, ChargeAttempts, Erased, NewPaymentItem, PendingPayments, Recorded,
};

use crate::env::Port;
use crate::planted::Planted;

/// The planted bug of a lease that nobody keeps: each claim sees a time long after.
const AFTER_ALL_LEASES_MS: i64 = 10 * 60 * 1000;

impl CardVault for Port {
    async fn put(&self, item: &NewPaymentItem, card: CardSecret) -> Result<(), PortError> {
        self.call("vault card", self.0.world.vault.put(item, card)).await
    }

    async fn erase(&self, payment_id: PaymentId) -> Result<Erased, PortError> {
        let erase = async {
            if self.0.world.has(Planted::KeepCard) {
                let mut erased = Erased::of(None);
                self.0.world.vault.inspect(|id, state, _| {
                    if id == payment_id {
                        erased = Erased::of(Some(state));
                    }
                });
                return Ok(erased);
            }
            let mut erased = self.0.world.vault.erase(payment_id).await?;
            if self.0.world.has(Planted::DropFence) {
                erased.busy_until = None;
                erased.may_be_charged = false;
            }
            if self.0.world.has(Planted::ForgetCharge) {
                erased.verdict = erased.verdict.filter(Verdict::is_final);
            }
            Ok(erased)
        };
        self.call("erase card", erase).await
    }
}

impl ChargeAttempts for Port {
    async fn claim_attempt(
        &self,
        payment_id: PaymentId,
        attempt: u32,
        now: Timestamp,
        lease_ms: i64,
    ) -> Result<AttemptClaim, PortError> {
        let lease_ms = if self.0.world.has(Planted::DropFence) { -AFTER_ALL_LEASES_MS } else { lease_ms };
        let claim = self.0.world.vault.claim_attempt(payment_id, attempt, now, lease_ms);
        self.call("claim attempt", claim).await
    }

    async fn record_verdict(
        &self,
        payment_id: PaymentId,
        fence: u64,
        verdict: &Verdict,
    ) -> Result<Recorded, PortError> {
        let vault = &self.0.world.vault;
        let record = async {
            if self.0.world.has(Planted::DropFence) {
                return vault.record_learned(payment_id, verdict).await;
            }
            vault.record_verdict(payment_id, fence, verdict).await
        };
        self.call("record verdict", record).await
    }

    async fn record_failure(
        &self,
        payment_id: PaymentId,
        fence: u64,
        failure: &AttemptFailure,
    ) -> Result<Recorded, PortError> {
        self.call("record failure", self.0.world.vault.record_failure(payment_id, fence, failure)).await
    }

    async fn record_learned(&self, payment_id: PaymentId, verdict: &Verdict) -> Result<Recorded, PortError> {
        self.call("record learned", self.0.world.vault.record_learned(payment_id, verdict)).await
    }
}

impl PendingPayments for Port {
    async fn pending(&self, payment_id: PaymentId) -> Result<Option<NewPaymentItem>, PortError> {
        self.call("read pending", self.0.world.vault.pending(payment_id)).await
    }
}
