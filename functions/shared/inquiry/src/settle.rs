//! Settling what was learned.

use std::future::Future;

use gateway_domain::letter::Resolution;
use gateway_domain::settle::{SettleDecision, Settlement};
use gateway_domain::{Payment, PaymentStatus, Timestamp, Verdict};
use gateway_edge::metrics;
use gateway_ports::PortError;
use gateway_ports::attempts::ChargeAttempts;
use gateway_ports::ledger::{Settle, SettlePayments};
use gateway_ports::provider::PaymentProvider;
use gateway_ports::review::{ReviewPayments, Reviewer};
use gateway_wire::RecordOrigin;

use crate::Ending;

/// Settles one payment.
pub trait Settling: Send + Sync {
    /// See [`SettlePayments::settle`].
    fn settle(
        &self,
        settle: Settle,
        now: Timestamp,
    ) -> impl Future<Output = Result<SettleDecision, PortError>> + Send;
}

/// Settles in the name of a step.
pub struct ByStep<'a, L>(pub &'a L);

impl<L: SettlePayments> Settling for ByStep<'_, L> {
    async fn settle(&self, settle: Settle, now: Timestamp) -> Result<SettleDecision, PortError> {
        let decisions = self.0.settle(&[settle], now).await?;
        Ok(decisions.into_iter().next().unwrap_or(SettleDecision::UnknownPayment))
    }
}

/// Settles in the name of a person.
pub struct ByPerson<'a, L>(pub &'a L, pub &'a Reviewer);

impl<L: ReviewPayments> Settling for ByPerson<'_, L> {
    async fn settle(&self, settle: Settle, now: Timestamp) -> Result<SettleDecision, PortError> {
        self.0.review(&settle, self.1, now).await
    }
}

/// What is being ended, and how that is told.
#[derive(Debug, Clone)]
pub struct Case<'a> {
    /// The payment.
    pub payment: &'a Payment,
    /// The attempt that it is about.
    pub attempt: u32,
    /// The step, for the timeline.
    pub step: &'static str,
    /// How it was learned: `inquiry`, `review`.
    pub learned_by: &'static str,
    /// The record that led here.
    pub origin: Option<RecordOrigin>,
}

impl<S: Settling, V: ChargeAttempts, P: PaymentProvider> Ending<'_, S, V, P> {
    /// Records a verdict, so that no attempt charges any more, and settles it.
    ///
    /// # Errors
    /// The ports'.
    pub async fn learned(&self, case: &Case<'_>, verdict: Verdict) -> Result<Resolution, PortError> {
        self.vault.record_learned(case.payment.id, &verdict).await?;
        self.verdict(case, verdict).await
    }

    /// Settles a verdict; a charge that the payment can no longer use is cancelled.
    ///
    /// # Errors
    /// The ports'; a transient one when the PSP does not answer the cancellation.
    pub async fn verdict(&self, case: &Case<'_>, verdict: Verdict) -> Result<Resolution, PortError> {
        let charge_id = verdict.charge_id().cloned();
        let decision = self.settle(case, Settlement::Verdict(verdict)).await?;
        match (decision, charge_id) {
            (SettleDecision::LateAuthorization(PaymentStatus::Authorized), Some(charge_id)) => {
                self.void_if_second(case, charge_id).await
            }
            (SettleDecision::LateAuthorization(_), Some(charge_id)) => self.void(case, charge_id).await,
            (SettleDecision::Apply(status, _), _) => {
                Ok(if status == PaymentStatus::Voided { Resolution::Voided } else { Resolution::Settled })
            }
            // Its charge is to be cancelled, and this is not the end of that.
            (SettleDecision::Ignored(PaymentStatus::InReview), _) => Ok(Resolution::InReview),
            _ => Ok(Resolution::AlreadyFinal),
        }
    }

    /// Writes a settlement; the ledger decides against what it holds now.
    ///
    /// # Errors
    /// The ledger's.
    pub async fn settle(&self, case: &Case<'_>, settlement: Settlement) -> Result<SettleDecision, PortError> {
        let reason = match &settlement {
            Settlement::Verdict(Verdict::Declined { code, .. }) => Some(code.clone()),
            Settlement::Failed { reason } => Some(reason.clone()),
            _ => None,
        };
        let settle = Settle {
            payment_id: case.payment.id,
            attempt: case.attempt,
            settlement,
            step: case.step,
            learned_by: case.learned_by,
            origin: case.origin.clone(),
        };
        let decision = self.settling.settle(settle, self.now).await?;
        tracing::info!(payment_id = %case.payment.id, step = case.step, ?decision, "ended by asking");
        if let SettleDecision::Apply(status, _) = decision
            && status.is_final()
        {
            metrics::ended(case.step, case.payment.id, status, reason.as_deref(), self.now);
        }
        Ok(decision)
    }
}
