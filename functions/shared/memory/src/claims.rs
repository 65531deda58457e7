//! In-memory `claims` ports.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use gateway_domain::claim::Claim;
use gateway_domain::{PaymentId, Timestamp};
use gateway_ports::PortError;
use gateway_ports::claims::{ClaimKey, ClaimOutcome, ClaimRequest, PaymentClaims};

/// Claims by their key.
#[derive(Debug, Default)]
pub struct MemoryClaims {
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

impl MemoryClaims {
    fn lock(&self) -> MutexGuard<'_, HashMap<ClaimKey, Held>> {
        self.claims.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Claims the key unless it is held by a claim that `stays`.
    fn claim_unless(&self, request: &ClaimRequest, stays: impl Fn(&Claim) -> bool) -> ClaimOutcome {
        let mut claims = self.lock();
        match claims.get(&request.key) {
            Some(held) if held.forgotten_at > request.now && stays(&held.claim) => {
                ClaimOutcome::Taken(held.claim.clone())
            }
            _ => {
                claims.insert(request.key.clone(), Held::by(request));
                ClaimOutcome::Claimed
            }
        }
    }
}

impl PaymentClaims for MemoryClaims {
    async fn claim(&self, request: &ClaimRequest) -> Result<ClaimOutcome, PortError> {
        Ok(self.claim_unless(request, |_| true))
    }

    async fn find(&self, key: &ClaimKey, now: Timestamp) -> Result<Option<Claim>, PortError> {
        Ok(self.lock().get(key).filter(|held| held.forgotten_at > now).map(|held| held.claim.clone()))
    }

    async fn take_over(&self, earlier: &Claim, request: &ClaimRequest) -> Result<ClaimOutcome, PortError> {
        Ok(self.claim_unless(request, |claim| claim != earlier))
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
    use super::MemoryClaims;

    gateway_conformance::claims_suite!(async { MemoryClaims::default() });
}
