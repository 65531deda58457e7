//! Which way a letter goes.

use gateway_domain::Payment;
use gateway_domain::settle::Settlement;
use gateway_edge::kafka::Record;
use gateway_ports::ledger::Settle;
use gateway_ports::provider::PaymentProvider;
use gateway_ports::{Clock, PortError};

use crate::letter::{Content, Letter};
use crate::{HandleDlq, Ledger, Postponed, Resolution, Vault};

impl<L: Ledger, V: Vault, P: PaymentProvider, C: Clock> HandleDlq<L, V, P, C> {
    pub(crate) async fn analyse(&self, record: &Record<Letter>) -> Result<Resolution, Postponed> {
        let letter = &record.message;
        let Some(payment_id) = letter.payment_id() else { return Ok(Resolution::Unattributed) };
        let payment = self.ledger.payment(payment_id).await?;
        match (&letter.content, payment) {
            (Content::Request(request), None) => self.end_never_begun(record, request).await,
            (_, None) => Ok(Resolution::Unattributed),
            (Content::Completed(completed), Some(payment)) if letter.cause.code == "late_authorization" => {
                self.void(record, completed, &payment).await
            }
            (_, Some(payment)) => self.ask_what_happened(record, &payment).await,
        }
    }

    async fn ask_what_happened(
        &self,
        record: &Record<Letter>,
        payment: &Payment,
    ) -> Result<Resolution, Postponed> {
        // Whoever makes a payment final sees to it that its card is gone; and without a card no step
        // can charge any more while the PSP is asked.
        self.vault.erase(payment.id).await?;
        if payment.status.is_final() {
            return Ok(Resolution::AlreadyFinal);
        }
        self.inquire(record, payment).await
    }

    /// Writes a settlement learned here.
    pub(crate) async fn settle(
        &self,
        record: &Record<Letter>,
        payment: &Payment,
        settlement: Settlement,
    ) -> Result<(), PortError> {
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
        Ok(())
    }
}
