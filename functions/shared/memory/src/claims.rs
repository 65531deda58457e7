//! In-memory `claims` ports.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use gateway_domain::PaymentId;
use gateway_domain::claim::Claim;
use gateway_ports::PortError;
use gateway_ports::attempts::CardVault;
use gateway_ports::claims::{ClaimKey, ClaimOutcome, ClaimRequest, NewPayment, PaymentClaims};

use crate::attempts::{MemoryPayments, copy};

/// Claims by their key, and the vault that their payments go to.
#[derive(Default)]
pub struct MemoryClaims<V = MemoryPayments> {
    /// Where the payments go.
    pub vault: V,
    claims: Mutex<HashMap<ClaimKey, Claim>>,
}

fn claim_of(request: &ClaimRequest) -> Claim {
    Claim {
        payment_id: request.payment_id,
        fingerprint: request.fingerprint,
        completed: false,
        lease_until: request.lease_until,
        forgotten_at: request.expires_at,
    }
}

impl<V> MemoryClaims<V> {
    /// No claims yet; their payments will go to `vault`.
    pub fn beside(vault: V) -> Self {
        Self { vault, claims: Mutex::default() }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<ClaimKey, Claim>> {
        self.claims.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Claims the key if nobody holds it, or if it is held as `earlier` says.
    fn claim_from(&self, earlier: Option<&Claim>, request: &ClaimRequest) -> ClaimOutcome {
        let mut claims = self.lock();
        match claims.get(&request.key) {
            Some(claim) if Some(claim) != earlier => ClaimOutcome::Taken(claim.clone()),
            _ => {
                claims.insert(request.key.clone(), claim_of(request));
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
                Some(claim) => claims.insert(request.key.clone(), claim),
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
        if !request.key.names(request.payment_id) {
            return Err(PortError::permanent(format!("{} is not its key's id", request.payment_id)));
        }
        self.claim_and_put(None, request, payment).await
    }

    async fn find(&self, key: &ClaimKey) -> Result<Option<Claim>, PortError> {
        Ok(self.lock().get(key).cloned())
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
        if request.key.names(request.payment_id) {
            return Err(PortError::permanent("a payment that replaces another has an id of its own"));
        }
        self.claim_and_put(Some(earlier), request, payment).await
    }

    async fn complete(&self, key: &ClaimKey, payment_id: PaymentId) -> Result<(), PortError> {
        if let Some(claim) = self.lock().get_mut(key).filter(|claim| claim.payment_id == payment_id) {
            claim.completed = true;
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
