//! A charge that must not be: cancelled at the PSP, and recorded.

use gateway_domain::charge::ChargeId;
use gateway_domain::letter::Resolution;
use gateway_domain::settle::Settlement;
use gateway_ports::PortError;
use gateway_ports::attempts::ChargeAttempts;
use gateway_ports::provider::{CancelOutcome, PaymentProvider};

use crate::{Case, Ending, Settling};

impl<S: Settling, V: ChargeAttempts, P: PaymentProvider> Ending<'_, S, V, P> {
    /// Cancels the charge. A payment that has ended keeps its status and tells of it; one that has not
    /// becomes VOIDED.
    ///
    /// # Errors
    /// The ledger's; a transient one when the PSP does not answer.
    pub async fn void(&self, case: &Case<'_>, charge_id: ChargeId) -> Result<Resolution, PortError> {
        match self.cancel(case, &charge_id).await {
            CancelOutcome::Cancelled => {
                self.settle(case, Settlement::Voided { charge_id }).await?;
                Ok(Resolution::Voided)
            }
            CancelOutcome::Refused { reason } => {
                tracing::error!(payment_id = %case.payment.id, charge_id = charge_id.0, reason,
                    "the PSP refuses to cancel a charge that must not be");
                Ok(Resolution::VoidRefused)
            }
            CancelOutcome::Unanswered { reason } => {
                Err(PortError::transient(format!("not cancelled: {reason}")))
            }
        }
    }

    /// Cancels the charge at the PSP and writes nothing.
    pub async fn cancel(&self, case: &Case<'_>, charge_id: &ChargeId) -> CancelOutcome {
        match case.payment.amount.to_cents() {
            Ok(amount) => self.provider.cancel(charge_id, amount).await,
            Err(error) => CancelOutcome::Refused { reason: error.to_string() },
        }
    }
}
