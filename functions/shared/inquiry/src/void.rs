//! A charge that must not be: cancelled at the PSP, and recorded.

use gateway_domain::Verdict;
use gateway_domain::charge::{ChargeId, Inquiry};
use gateway_domain::letter::Resolution;
use gateway_domain::settle::Settlement;
use gateway_ports::PortError;
use gateway_ports::attempts::ChargeAttempts;
use gateway_ports::provider::{CancelOutcome, PaymentProvider};

use crate::{Case, Ending, Settling, ask};

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

    /// Cancels a charge of a payment that is authorized by another one, once the PSP has said that it holds that one:
    /// a person's word may have named a charge that is none, and then this is the only money there is.
    ///
    /// # Errors
    /// The ledger's; a transient one when the PSP does not answer, or the payment as it was read knows no other charge.
    pub(crate) async fn void_if_second(
        &self,
        case: &Case<'_>,
        charge_id: ChargeId,
    ) -> Result<Resolution, PortError> {
        if case.payment.charge_id.as_ref().is_none_or(|own| *own == charge_id) {
            return Err(PortError::transient("the payment was authorized meanwhile, by another charge"));
        }
        match ask(self.provider, case.payment, 1).await {
            Inquiry::Found(Verdict::Authorized { .. }) => self.void(case, charge_id).await,
            Inquiry::Unanswered { reason } => {
                Err(PortError::transient(format!("which charge is the payment's own is not known: {reason}")))
            }
            said => {
                tracing::error!(payment_id = %case.payment.id, charge_id = charge_id.0, own = ?case.payment.charge_id,
                    ?said, "authorized by a charge that the PSP does not hold, while it holds another");
                Ok(Resolution::Unresolved)
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
