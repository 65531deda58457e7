//! Which way a letter goes.

use gateway_domain::settle::{SettleDecision, Settlement};
use gateway_domain::{Payment, PaymentStatus, Verdict};
use gateway_edge::kafka::Record;
use gateway_ports::Clock;
use gateway_ports::attempts::Erased;
use gateway_ports::ledger::Settle;
use gateway_ports::provider::PaymentProvider;

use crate::letter::{Content, Letter};
use crate::{HandleDlq, Ledger, Postponed, Resolution, Vault};

impl<L: Ledger, V: Vault, P: PaymentProvider, C: Clock> HandleDlq<L, V, P, C> {
    pub(crate) async fn analyse(&self, record: &Record<Letter>) -> Result<Resolution, Postponed> {
        let letter = &record.message;
        let Some(payment_id) = letter.payment_id() else { return Ok(Resolution::Unattributed) };
        // Whoever makes a payment final sees to it that its card is gone; and without a card nobody
        // can begin to charge while the PSP is asked.
        let erased = self.vault.erase(payment_id).await?;
        let payment = self.ledger.payment(payment_id).await?;
        match (&letter.content, payment) {
            (Content::Request(request), None) => self.end_never_begun(record, request).await,
            (_, None) => Ok(Resolution::Unattributed),
            (Content::Completed(completed), Some(payment)) => {
                let told = Verdict::from(completed.verdict.clone());
                self.end(record, &payment, &erased, Some(told)).await
            }
            (_, Some(payment)) => self.end(record, &payment, &erased, None).await,
        }
    }

    /// A verdict that is known needs no asking; what may still be charged by a living holder waits.
    async fn end(
        &self,
        record: &Record<Letter>,
        payment: &Payment,
        erased: &Erased,
        told: Option<Verdict>,
    ) -> Result<Resolution, Postponed> {
        let known = [erased.verdict.clone(), told].into_iter().flatten().find(Verdict::is_final);
        match known {
            Some(verdict) => self.settle_verdict(record, payment, verdict).await,
            // Authorized is as good as it gets, and a rejected payment was never sent to be charged.
            None if matches!(payment.status, PaymentStatus::Authorized | PaymentStatus::Rejected) => {
                Ok(Resolution::AlreadyFinal)
            }
            None if self.holder_lives(erased) => Err(Postponed::TooEarly),
            None if payment.status.is_final() && !erased.may_be_charged => Ok(Resolution::AlreadyFinal),
            None => self.inquire(record, payment, erased).await,
        }
    }

    fn holder_lives(&self, erased: &Erased) -> bool {
        erased.busy_until.is_some_and(|until| self.clock.now() < until)
    }

    /// Settles a verdict of the PSP; a charge that the payment can no longer use is cancelled.
    pub(crate) async fn settle_verdict(
        &self,
        record: &Record<Letter>,
        payment: &Payment,
        verdict: Verdict,
    ) -> Result<Resolution, Postponed> {
        let charge_id = verdict.charge_id().cloned();
        let decision = self.settle(record, payment, Settlement::Verdict(verdict)).await?;
        match (decision, charge_id) {
            (SettleDecision::LateAuthorization(_), Some(charge_id)) => {
                self.void(record, payment, charge_id).await
            }
            (SettleDecision::Apply(..), _) => Ok(Resolution::Settled),
            _ => Ok(Resolution::AlreadyFinal),
        }
    }

    /// Writes a settlement learned here; the ledger decides against what it holds now.
    pub(crate) async fn settle(
        &self,
        record: &Record<Letter>,
        payment: &Payment,
        settlement: Settlement,
    ) -> Result<SettleDecision, Postponed> {
        let command = Settle {
            payment_id: payment.id,
            attempt: payment.attempt,
            settlement,
            step: "handle-dlq",
            learned_by: "inquiry",
            origin: Some(record.origin.clone()),
        };
        let decisions = self.ledger.settle(&[command], self.clock.now()).await?;
        tracing::info!(payment_id = %payment.id, ?decisions, "settled from a dead letter");
        Ok(decisions.into_iter().next().unwrap_or(SettleDecision::UnknownPayment))
    }
}
