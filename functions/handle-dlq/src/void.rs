//! A charge for a payment that had ended otherwise: cancelled at the PSP, and recorded.

use gateway_domain::Payment;
use gateway_domain::charge::ChargeId;
use gateway_domain::settle::Settlement;
use gateway_edge::kafka::Record;
use gateway_ports::provider::{CancelOutcome, PaymentProvider};
use gateway_ports::{Clock, PortError};

use crate::letter::Letter;
use crate::{HandleDlq, Ledger, Postponed, Resolution, Vault};

impl<L: Ledger, V: Vault, P: PaymentProvider, C: Clock> HandleDlq<L, V, P, C> {
    pub(crate) async fn void(
        &self,
        record: &Record<Letter>,
        payment: &Payment,
        charge_id: ChargeId,
    ) -> Result<Resolution, Postponed> {
        match self.cancel(&charge_id, payment).await {
            CancelOutcome::Cancelled => {
                self.settle(record, payment, Settlement::Voided { charge_id }).await?;
                Ok(Resolution::Voided)
            }
            CancelOutcome::Refused { reason } => {
                tracing::error!(payment_id = %payment.id, charge_id = charge_id.0, reason,
                    "the PSP refuses to cancel a charge that must not be");
                Ok(Resolution::VoidRefused)
            }
            CancelOutcome::Unanswered { reason } => {
                Err(Postponed::Port(PortError::transient(format!("not cancelled: {reason}"))))
            }
        }
    }

    async fn cancel(&self, charge_id: &ChargeId, payment: &Payment) -> CancelOutcome {
        match payment.amount.to_cents() {
            Ok(amount) => self.provider.cancel(charge_id, amount).await,
            Err(error) => CancelOutcome::Refused { reason: error.to_string() },
        }
    }
}
