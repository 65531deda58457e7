//! Asking about one payment under review.

use gateway_domain::Payment;
use gateway_domain::Verdict;
use gateway_domain::charge::Inquiry;
use gateway_domain::letter::Resolution;
use gateway_domain::review::CHARGE_MISSING;
use gateway_domain::settle::{SettleDecision, Settlement, is_void_requested};
use gateway_inquiry::{ByStep, ask_doubting, holder_lives, too_early, with_named_charge};
use gateway_ports::attempts::Erased;
use gateway_ports::provider::PaymentProvider;
use gateway_ports::{Clock, PortError};
use tracing::Instrument as _;

use crate::look_after::tell_alarms;
use crate::{Ledger, ReviewPayments, Vault, case};

/// The schedule asks once: it will come again.
const TIMES: usize = 1;

/// What asking came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Asked {
    /// The payment has ended.
    Ended,
    /// It goes on waiting, for the PSP or for a person.
    Waits,
    /// The PSP did not say anything.
    Silence,
}

impl<L: Ledger, V: Vault, P: PaymentProvider, C: Clock> ReviewPayments<L, V, P, C> {
    /// A failed port is logged and leaves the payment for the next run.
    pub(crate) async fn ask_about(&self, payment: &Payment) -> Result<Asked, PortError> {
        let span = self.span_about(Some(payment.id)).await;
        let asked = self.ask_and_end(payment).instrument(span).await;
        if let Err(error) = &asked {
            tracing::warn!(payment_id = %payment.id, %error, "not reviewed");
        }
        asked
    }

    async fn ask_and_end(&self, payment: &Payment) -> Result<Asked, PortError> {
        let erased = self.vault.erase(payment.id).await?;
        if let Some(verdict) = erased.verdict.clone().filter(Verdict::is_final) {
            let resolution =
                self.ending(ByStep(&self.ledger)).verdict(&case(payment, "vault"), verdict).await?;
            return self.ended(payment, resolution).await;
        }
        if holder_lives(&erased, self.clock.now()) {
            return Ok(Asked::Waits);
        }
        let payment = &with_named_charge(payment, &erased);
        self.end_as_said(payment, &erased, ask_doubting(&self.provider, payment, TIMES).await).await
    }

    async fn end_as_said(
        &self,
        payment: &Payment,
        erased: &Erased,
        said: Inquiry,
    ) -> Result<Asked, PortError> {
        let (ending, case) = (self.ending(ByStep(&self.ledger)), case(payment, "inquiry"));
        match said {
            Inquiry::Found(verdict) => {
                let resolution = ending.learned(&case, verdict).await?;
                self.ended(payment, resolution).await
            }
            // It contradicts what it said before: a person must see who is right. The charge may be one that only
            // the vault, which forgets, has heard of.
            Inquiry::None if payment.charge_id.is_some() && !is_void_requested(payment) => {
                let charge_id = payment.charge_id.clone();
                ending
                    .settle(&case, Settlement::InReview { reason: CHARGE_MISSING.to_owned(), charge_id })
                    .await?;
                Ok(Asked::Waits)
            }
            Inquiry::None if self.too_early(payment, erased) => Ok(Asked::Waits),
            Inquiry::None => {
                let settlement = Settlement::Failed { reason: "no_charge".to_owned() };
                let resolution = resolution_of(ending.settle(&case, settlement).await?);
                self.ended(payment, resolution).await
            }
            // A person wants it cancelled: what it has come to is seen when it is asked about again.
            Inquiry::Mismatch { charge_id, .. } if is_void_requested(payment) => {
                let outcome = ending.cancel(&case, &charge_id).await;
                tracing::info!(payment_id = %payment.id, charge_id = charge_id.0, ?outcome, "cancelled as asked");
                Ok(Asked::Waits)
            }
            Inquiry::Mismatch { charge_id, reason } => {
                tracing::error!(payment_id = %payment.id, charge_id = charge_id.0, reason,
                    "the PSP holds a charge that does not fit the payment: a person must review it");
                Ok(Asked::Waits)
            }
            Inquiry::Unanswered { .. } => Ok(Asked::Silence),
        }
    }

    pub(crate) fn too_early(&self, payment: &Payment, erased: &Erased) -> bool {
        too_early(payment, erased, None, self.inquiry_grace_ms, self.clock.now())
    }

    /// The payment's letters need nobody any more, if it has ended.
    pub(crate) async fn ended(&self, payment: &Payment, resolution: Resolution) -> Result<Asked, PortError> {
        tell_alarms(resolution);
        if !resolution.closes() {
            return Ok(Asked::Waits);
        }
        let now = self.clock.now();
        self.ledger.close_waiting(payment.id, Resolution::InReview, resolution, now).await?;
        Ok(Asked::Ended)
    }
}

/// What a settlement came to: somebody else may have known better meanwhile.
pub(crate) fn resolution_of(decision: SettleDecision) -> Resolution {
    match decision {
        SettleDecision::Apply(status, _) | SettleDecision::AlreadySettled(status) => {
            Resolution::of_end(status).unwrap_or(Resolution::InReview)
        }
        // The PSP has named a charge meanwhile.
        SettleDecision::Ignored(status) if !status.is_final() => Resolution::InReview,
        _ => Resolution::AlreadyFinal,
    }
}
