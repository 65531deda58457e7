//! Which way a letter goes.

use gateway_domain::{Payment, PaymentStatus, Verdict};
use gateway_edge::kafka::Record;
use gateway_inquiry::{ByStep, Case, Ending, holder_lives};
use gateway_ports::Clock;
use gateway_ports::attempts::Erased;
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
        match known(erased.verdict.clone(), told) {
            Some(verdict) => Ok(self.ending().verdict(&case(record, payment), verdict).await?),
            // Authorized is as good as it gets, and a rejected payment was never sent to be charged.
            None if matches!(payment.status, PaymentStatus::Authorized | PaymentStatus::Rejected) => {
                Ok(Resolution::AlreadyFinal)
            }
            None if holder_lives(erased, self.clock.now()) => Err(Postponed::TooEarly),
            None if payment.status.is_final() && !erased.may_be_charged => Ok(Resolution::AlreadyFinal),
            None => self.inquire(record, payment, erased).await,
        }
    }

    pub(crate) fn ending(&self) -> Ending<'_, ByStep<'_, L>, V, P> {
        Ending {
            settling: ByStep(&self.ledger),
            vault: &self.vault,
            provider: &self.provider,
            now: self.clock.now(),
        }
    }
}

/// The verdict to settle. An authorization that the letter tells of counts even beside another verdict in the
/// vault: it may be the charge too many, and the ledger knows.
fn known(vaulted: Option<Verdict>, told: Option<Verdict>) -> Option<Verdict> {
    match told {
        Some(told @ Verdict::Authorized { .. }) => Some(told),
        told => [vaulted, told].into_iter().flatten().find(Verdict::is_final),
    }
}

/// The letter may tell of the next attempt, which was sent and not marked yet.
pub(crate) fn case<'a>(record: &Record<Letter>, payment: &'a Payment) -> Case<'a> {
    let next = record.message.attempt().filter(|attempt| *attempt == payment.attempt.saturating_add(1));
    Case {
        payment,
        attempt: next.unwrap_or(payment.attempt),
        step: "handle-dlq",
        learned_by: "inquiry",
        origin: Some(record.message.origin.clone()),
    }
}
