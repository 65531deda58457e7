//! A person wants a payment's charge cancelled.

use gateway_domain::Payment;
use gateway_domain::charge::{ChargeId, Inquiry, Verdict};
use gateway_domain::letter::Resolution;
use gateway_domain::settle::{SettleDecision, Settlement};
use gateway_edge::http::Problem;
use gateway_inquiry::{ByPerson, ask};
use gateway_ports::Clock;
use gateway_ports::provider::{CancelOutcome, PaymentProvider};
use gateway_ports::review::Reviewer;

use crate::look_after::tell_alarms;
use crate::resolve::TIMES;
use crate::{Ledger, ReviewPayments, Vault, case};

impl<L: Ledger, V: Vault, P: PaymentProvider, C: Clock> ReviewPayments<L, V, P, C> {
    /// Written first, so that no verdict that comes meanwhile authorizes what is being cancelled; whoever
    /// asks about the payment after a crash goes on with it.
    pub(crate) async fn cancel(
        &self,
        payment: &Payment,
        charge_id: ChargeId,
        said: &Inquiry,
        by: &Reviewer,
    ) -> Result<(), Problem> {
        let (ending, case) = (self.ending(ByPerson(&self.ledger, by)), case(payment, "review"));
        let wish = Settlement::VoidRequested { charge_id: charge_id.clone() };
        match ending.settle(&case, wish).await? {
            SettleDecision::Apply(..) | SettleDecision::AlreadySettled(_) => {}
            // It ended meanwhile: the answer tells how.
            _ => return Ok(()),
        }
        match ending.cancel(&case, &charge_id).await {
            CancelOutcome::Cancelled => {}
            CancelOutcome::Refused { reason } => {
                tell_alarms(Resolution::VoidRefused);
                return Err(Problem::conflict("cancel_refused", reason).about(payment.id));
            }
            CancelOutcome::Unanswered { .. } => return Err(Problem::unavailable().about(payment.id)),
        }
        // Where charges did not fit there may be more than one: none may stay behind a VOIDED payment.
        let left = if matches!(said, Inquiry::Mismatch { .. }) {
            let asked = Payment { charge_id: None, ..payment.clone() };
            ask(&self.provider, &asked, TIMES).await
        } else {
            Inquiry::None
        };
        let resolution = match left {
            Inquiry::Found(Verdict::Declined { .. }) | Inquiry::None => {
                ending.settle(&case, Settlement::Voided { charge_id }).await?;
                Resolution::Voided
            }
            Inquiry::Found(verdict @ Verdict::Authorized { .. }) => ending.learned(&case, verdict).await?,
            _ => {
                let detail = "one charge is cancelled; the PSP holds, or may hold, another: ask again";
                return Err(Problem::conflict("charge_left", detail).about(payment.id));
            }
        };
        self.ended(payment, resolution).await?;
        Ok(())
    }
}
