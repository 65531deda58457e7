//! Asking the PSP what happened, and believing it only when it can know.

use gateway_domain::Payment;
use gateway_domain::charge::Inquiry;
use gateway_domain::review::{CHARGE_MISMATCH, CHARGE_MISSING};
use gateway_domain::settle::{SettleDecision, Settlement};
use gateway_edge::kafka::Record;
use gateway_inquiry::{ask_doubting, too_early, with_named_charge};
use gateway_ports::Clock;
use gateway_ports::attempts::Erased;
use gateway_ports::provider::PaymentProvider;

use crate::analyse::case;
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
        let payment = &with_named_charge(payment, erased);
        match ask_doubting(&self.provider, payment, INQUIRIES_MAX).await {
            Inquiry::Found(verdict) => Ok(self.ending().learned(&case(record, payment), verdict).await?),
            Inquiry::None if payment.charge_id.is_some() => {
                tracing::error!(payment_id = %payment.id, charge_id = ?payment.charge_id,
                    "the PSP does not know a charge that it has named");
                self.review(record, payment, CHARGE_MISSING).await
            }
            Inquiry::None if self.too_early(&record.message, payment, erased) => Err(Postponed::TooEarly),
            Inquiry::None => {
                let reason = record.message.cause.code.clone();
                self.conclude(record, payment, Settlement::Failed { reason }, Resolution::Failed).await
            }
            Inquiry::Mismatch { charge_id, reason } => {
                tracing::error!(payment_id = %payment.id, charge_id = charge_id.0, reason,
                    "the PSP holds a charge that does not fit the payment");
                self.review(record, payment, CHARGE_MISMATCH).await
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
        let settlement =
            Settlement::InReview { reason: reason.to_owned(), charge_id: payment.charge_id.clone() };
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
        let fails = matches!(settlement, Settlement::Failed { .. });
        match self.ending().settle(&case(record, payment), settlement).await? {
            // The PSP has named a charge meanwhile: it is to be asked about that one.
            SettleDecision::Ignored(status) if fails && !status.is_final() => Err(Postponed::TooEarly),
            SettleDecision::Apply(..) | SettleDecision::AlreadySettled(_) => Ok(resolution),
            _ => Ok(Resolution::AlreadyFinal),
        }
    }

    fn too_early(&self, letter: &Letter, payment: &Payment, erased: &Erased) -> bool {
        too_early(payment, erased, letter.failed_at(), self.inquiry_grace_ms, self.clock.now())
    }
}
