//! DynamoDB's claims.

use gateway_domain::PaymentId;
use gateway_domain::claim::Claim;
use gateway_ports::PortError;
use gateway_ports::attempts::CardVault as _;
use gateway_ports::claims::{ClaimKey, ClaimOutcome, ClaimRequest, NewPayment, PaymentClaims};

use gateway_memory::attempts::copy;

use crate::env::Port;
use crate::planted::Planted;

impl PaymentClaims for Port {
    async fn claim(
        &self,
        request: &ClaimRequest,
        payment: NewPayment<'_>,
    ) -> Result<ClaimOutcome, PortError> {
        let claims = &self.0.world.claims;
        let claim = async {
            if self.0.world.has(Planted::ForgetClaims) {
                claims.vault.put(payment.item, copy(payment.card)?).await?;
                return Ok(ClaimOutcome::Claimed);
            }
            claims.claim(request, payment).await
        };
        self.call("claim", claim).await
    }

    async fn find(&self, key: &ClaimKey) -> Result<Option<Claim>, PortError> {
        self.call("find claim", self.0.world.claims.find(key)).await
    }

    async fn take_over(&self, earlier: &Claim, request: &ClaimRequest) -> Result<ClaimOutcome, PortError> {
        self.call("take claim over", self.0.world.claims.take_over(earlier, request)).await
    }

    async fn replace(
        &self,
        earlier: &Claim,
        request: &ClaimRequest,
        payment: NewPayment<'_>,
    ) -> Result<ClaimOutcome, PortError> {
        self.call("replace claim", self.0.world.claims.replace(earlier, request, payment)).await
    }

    async fn complete(&self, key: &ClaimKey, payment_id: PaymentId) -> Result<(), PortError> {
        self.call("complete claim", self.0.world.claims.complete(key, payment_id)).await
    }
}
