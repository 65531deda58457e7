//! Asking the PSP what happened, and believing it only when it can know.

use gateway_domain::charge::Inquiry;
use gateway_domain::settle::Settlement;
use gateway_domain::{Payment, Timestamp};
use gateway_edge::kafka::Record;
use gateway_ports::Clock;
use gateway_ports::provider::PaymentProvider;
use gateway_wire::messages::WireCertainty;

use crate::letter::{Content, Letter};
use crate::{HandleDlq, Ledger, Postponed, Resolution, Vault};

/// How often the PSP is asked before it counts as unable to say.
const INQUIRIES_MAX: usize = 3;

impl<L: Ledger, V: Vault, P: PaymentProvider, C: Clock> HandleDlq<L, V, P, C> {
    pub(crate) async fn inquire(
        &self,
        record: &Record<Letter>,
        payment: &Payment,
    ) -> Result<Resolution, Postponed> {
        let (settlement, resolution) = match self.ask(payment).await {
            Inquiry::Found(verdict) => {
                self.vault.record_learned(payment.id, &verdict).await?;
                (Settlement::Verdict(verdict), Resolution::Settled)
            }
            Inquiry::None if self.too_early(&record.message, payment) => return Err(Postponed::TooEarly),
            Inquiry::None => {
                let reason = record.message.cause.code.clone();
                (Settlement::Failed { reason }, Resolution::Failed)
            }
            Inquiry::Mismatch { charge_id, reason } => {
                tracing::error!(payment_id = %payment.id, charge_id = charge_id.0, reason,
                    "the PSP holds a charge that does not fit the payment");
                (Settlement::InReview { reason: "charge_mismatch".to_owned() }, Resolution::InReview)
            }
            Inquiry::Unanswered { reason } => {
                tracing::error!(payment_id = %payment.id, reason, "the PSP cannot say what happened");
                (Settlement::InReview { reason: "psp_unanswered".to_owned() }, Resolution::InReview)
            }
        };
        self.settle(record, payment, settlement).await?;
        Ok(resolution)
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

    /// After an attempt whose outcome nobody heard, a charge may still be on its way for a while.
    fn too_early(&self, letter: &Letter, payment: &Payment) -> bool {
        let last_heard = match &letter.content {
            Content::Retry(retry) if retry.failure.certainty == WireCertainty::NotCharged => return false,
            Content::Retry(retry) => Timestamp::from_millis(retry.failed_at_ms),
            _ => payment.updated_at,
        };
        self.clock.now().since(last_heard) < self.inquiry_grace_ms
    }
}
