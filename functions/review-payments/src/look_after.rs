//! Looking for a charge that turned up after its payment had ended without one.

use gateway_domain::Payment;
use gateway_domain::charge::{Inquiry, Verdict};
use gateway_domain::letter::Resolution;
use gateway_domain::settle::Settlement;
use gateway_edge::metrics::{self, Unit};
use gateway_inquiry::{ByStep, ask};
use gateway_ports::provider::PaymentProvider;
use gateway_ports::watch::Looked;
use gateway_ports::{Clock, PortError};

use crate::{Ledger, NAME, ReviewPayments, Vault, case};

/// The schedule asks once: it will come again.
const TIMES: usize = 1;

impl<L: Ledger, V: Vault, P: PaymentProvider, C: Clock> ReviewPayments<L, V, P, C> {
    /// A failed port is logged, and the payment is looked after again.
    pub(crate) async fn look_after(&self, payment: &Payment) -> Looked {
        // By the payment, whatever charge is known: one that holds money speaks for it.
        let asked = Payment { charge_id: None, ..payment.clone() };
        let said = ask(&self.provider, &asked, TIMES).await;
        match self.undo(payment, said).await {
            Ok(looked) => looked,
            Err(error) => {
                tracing::warn!(payment_id = %payment.id, %error, "not looked after");
                Looked::Unsettled
            }
        }
    }

    /// The payment stays as it ended: what holds money is cancelled, and that is told.
    async fn undo(&self, payment: &Payment, said: Inquiry) -> Result<Looked, PortError> {
        let (ending, case) = (self.ending(ByStep(&self.ledger)), case(payment, "inquiry"));
        match said {
            Inquiry::None => Ok(Looked::NoCharge),
            Inquiry::Found(verdict @ Verdict::Declined { .. }) => {
                if let Some(charge_id) = verdict.charge_id().filter(|_| verdict.is_cancellation()).cloned() {
                    self.close_refused(payment).await?;
                    ending.settle(&case, Settlement::Voided { charge_id }).await?;
                }
                Ok(Looked::NoCharge)
            }
            Inquiry::Found(verdict @ Verdict::Authorized { .. }) => {
                self.tell(payment, ending.learned(&case, verdict).await?).await
            }
            Inquiry::Mismatch { charge_id, .. } => {
                self.tell(payment, ending.void(&case, charge_id).await?).await
            }
            Inquiry::Found(Verdict::InAnalysis { .. }) | Inquiry::Unanswered { .. } => Ok(Looked::Unsettled),
        }
    }

    async fn tell(&self, payment: &Payment, resolution: Resolution) -> Result<Looked, PortError> {
        tracing::error!(payment_id = %payment.id, resolution = resolution.as_str(),
            "a charge turned up after the payment had ended without one");
        tell_alarms(resolution);
        if resolution == Resolution::Voided {
            self.close_refused(payment).await?;
        }
        Ok(Looked::Unsettled)
    }

    /// Letters that were left since the PSP did not let go of the charge need nobody any more.
    async fn close_refused(&self, payment: &Payment) -> Result<(), PortError> {
        let now = self.clock.now();
        self.ledger.close_waiting(payment.id, Resolution::VoidRefused, Resolution::Voided, now).await
    }
}

/// What a person must see to.
pub(crate) fn tell_alarms(resolution: Resolution) {
    if resolution == Resolution::VoidRefused {
        metrics::put(NAME, metrics::VOIDS_REFUSED, Unit::Count, 1);
    }
}
