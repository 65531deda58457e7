//! Asking the PSP what happened, and believing it only when it can know.

use gateway_domain::Payment;
use gateway_domain::charge::Inquiry;
use gateway_domain::settle::{SettleDecision, Settlement};
use gateway_edge::kafka::Record;
use gateway_ports::Clock;
use gateway_ports::attempts::Erased;
use gateway_ports::provider::PaymentProvider;

use crate::letter::Letter;
use crate::{HandleDlq, Ledger, Postponed, Resolution, Vault};

/// How often the PSP is asked before it counts as unable to say.
const INQUIRIES_MAX: usize = 3;

impl<L: Ledger, V: Vault, P: PaymentProvider, C: Clock> HandleDlq<L, V, P, C> {
    pub(crate) async fn inquire(
        &self,
        record: &Record<Letter>,
        payment: &Payment,
        erased: &Erased,
    ) -> Result<Resolution, Postponed> {
        match self.ask(payment).await {
            Inquiry::Found(verdict) => {
                self.vault.record_learned(payment.id, &verdict).await?;
                self.settle_verdict(record, payment, verdict).await
            }
            Inquiry::None if self.too_early(&record.message, payment, erased) => Err(Postponed::TooEarly),
            Inquiry::None => {
                let reason = record.message.cause.code.clone();
                self.conclude(record, payment, Settlement::Failed { reason }, Resolution::Failed).await
            }
            Inquiry::Mismatch { charge_id, reason } => {
                tracing::error!(payment_id = %payment.id, charge_id = charge_id.0, reason,
                    "the PSP holds a charge that does not fit the payment");
                self.review(record, payment, "charge_mismatch").await
            }
            Inquiry::Unanswered { reason } => {
                tracing::error!(payment_id = %payment.id, reason, "the PSP cannot say what happened");
                self.review(record, payment, "psp_unanswered").await
            }
        }
    }

    async fn review(
        &self,
        record: &Record<Letter>,
        payment: &Payment,
        reason: &str,
    ) -> Result<Resolution, Postponed> {
        let settlement = Settlement::InReview { reason: reason.to_owned() };
        self.conclude(record, payment, settlement, Resolution::InReview).await
    }

    /// Nothing is charged by either settlement, so a payment that ended otherwise may stay as it is.
    async fn conclude(
        &self,
        record: &Record<Letter>,
        payment: &Payment,
        settlement: Settlement,
        resolution: Resolution,
    ) -> Result<Resolution, Postponed> {
        match self.settle(record, payment, settlement).await? {
            SettleDecision::Apply(..) | SettleDecision::AlreadySettled(_) => Ok(resolution),
            _ => Ok(Resolution::AlreadyFinal),
        }
    }

    async fn ask(&self, payment: &Payment) -> Inquiry {
        let Ok(amount) = payment.amount.to_cents() else {
            return Inquiry::Unanswered { reason: "the amount is no number of cents".to_owned() };
        };
        let mut answer = Inquiry::Unanswered { reason: "not asked yet".to_owned() };
        for _ in 0..INQUIRIES_MAX {
            answer = match &payment.charge_id {
                Some(charge_id) => self.provider.find_charge(charge_id, payment.id, amount).await,
                None => self.provider.find_by_payment(payment.id, amount).await,
            };
            if !matches!(answer, Inquiry::Unanswered { .. }) {
                break;
            }
        }
        answer
    }

    /// After an attempt whose outcome nobody heard, a charge may still be on its way for a while. A
    /// time that lies further ahead than clocks differ is not believed, or it would hold its letter up
    /// for ever.
    fn too_early(&self, letter: &Letter, payment: &Payment, erased: &Erased) -> bool {
        let now = self.clock.now();
        let moments = [Some(payment.updated_at), erased.busy_until, letter.failed_at()];
        let last = moments
            .into_iter()
            .flatten()
            .filter(|moment| moment.since(now) <= self.inquiry_grace_ms)
            .max()
            .unwrap_or(payment.updated_at);
        erased.may_be_charged && now.since(last) < self.inquiry_grace_ms
    }
}
