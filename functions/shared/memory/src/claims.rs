//! In-memory `claims` ports.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use gateway_domain::claim::Claim;
use gateway_domain::{PaymentId, Timestamp};
use gateway_ports::PortError;
use gateway_ports::attempts::CardVault;
use gateway_ports::claims::{ClaimKey, ClaimOutcome, ClaimRequest, NewPayment, PaymentClaims};

use crate::attempts::{MemoryPayments, copy};

/// Claims by their key, and the vault that their payments go to.
#[derive(Default)]
pub struct MemoryClaims<V = MemoryPayments> {
    /// Where the payments go.
    pub vault: V,
    claims: Mutex<HashMap<ClaimKey, Held>>,
}

#[derive(Debug, Clone)]
struct Held {
    claim: Claim,
    forgotten_at: Timestamp,
}

impl Held {
    fn by(request: &ClaimRequest) -> Self {
        let claim = Claim {
            payment_id: request.payment_id,
            fingerprint: request.fingerprint,
            completed: false,
            lease_until: request.lease_until,
        };
        Self { claim, forgotten_at: request.expires_at }
    }
}

impl<V> MemoryClaims<V> {
    /// No claims yet; their payments will go to `vault`.
    pub fn beside(vault: V) -> Self {
        Self { vault, claims: Mutex::default() }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<ClaimKey, Held>> {
        self.claims.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Claims the key if nobody holds it, or if it is held as `earlier` says.
    fn claim_from(&self, earlier: Option<&Claim>, request: &ClaimRequest) -> ClaimOutcome {
        let mut claims = self.lock();
        match claims.get(&request.key) {
            Some(held) if held.forgotten_at > request.now && Some(&held.claim) != earlier => {
                ClaimOutcome::Taken(held.claim.clone())
            }
            _ => {
                claims.insert(request.key.clone(), Held::by(request));
                ClaimOutcome::Claimed
            }
        }
    }
}

impl<V: CardVault> MemoryClaims<V> {
    /// Both or neither: a claim whose payment the vault does not take is undone.
    async fn claim_and_put(
        &self,
        earlier: Option<&Claim>,
        request: &ClaimRequest,
        payment: NewPayment<'_>,
    ) -> Result<ClaimOutcome, PortError> {
        let card = copy(payment.card)?;
        let before = self.lock().get(&request.key).cloned();
        let outcome = self.claim_from(earlier, request);
        if outcome == ClaimOutcome::Claimed
            && let Err(error) = self.vault.put(payment.item, card).await
        {
            let mut claims = self.lock();
            match before {
                Some(held) => claims.insert(request.key.clone(), held),
                None => claims.remove(&request.key),
            };
            return Err(error);
        }
        Ok(outcome)
    }
}

impl<V: CardVault> PaymentClaims for MemoryClaims<V> {
    async fn claim(
        &self,
        request: &ClaimRequest,
        payment: NewPayment<'_>,
    ) -> Result<ClaimOutcome, PortError> {
        self.claim_and_put(None, request, payment).await
    }

    async fn find(&self, key: &ClaimKey, now: Timestamp) -> Result<Option<Claim>, PortError> {
        Ok(self.lock().get(key).filter(|held| held.forgotten_at > now).map(|held| held.claim.clone()))
    }

    async fn take_over(&self, earlier: &Claim, request: &ClaimRequest) -> Result<ClaimOutcome, PortError> {
        Ok(self.claim_from(Some(earlier), request))
    }

    async fn replace(
        &self,
        earlier: &Claim,
        request: &ClaimRequest,
        payment: NewPayment<'_>,
    ) -> Result<ClaimOutcome, PortError> {
        self.claim_and_put(Some(earlier), request, payment).await
    }

    async fn complete(&self, key: &ClaimKey, payment_id: PaymentId) -> Result<(), PortError> {
        if let Some(held) = self.lock().get_mut(key).filter(|held| held.claim.payment_id == payment_id) {
            held.claim.completed = true;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::MemoryClaims;
    use crate::attempts::MemoryPayments;

    gateway_conformance::claims_suite!(async { MemoryClaims::<MemoryPayments>::default() });

    gateway_conformance::claimed_payments_suite!(async {
        let vault = Arc::new(MemoryPayments::default());
        (MemoryClaims::beside(Arc::clone(&vault)), vault)
    });
}
