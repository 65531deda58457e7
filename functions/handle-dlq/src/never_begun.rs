//! A payment that was accepted and never begun: no attempt was ever asked for, so none was charged.

use gateway_domain::begin::BeginDecision;
use gateway_domain::settle::Settlement;
use gateway_edge::kafka::Record;
use gateway_ports::Clock;
use gateway_ports::ledger::Begin;
use gateway_ports::provider::PaymentProvider;
use gateway_wire::PaymentRequested;

use crate::analyse::case;
use crate::letter::Letter;
use crate::{HandleDlq, Ledger, Postponed, Resolution, Vault};

impl<L: Ledger, V: Vault, P: PaymentProvider, C: Clock> HandleDlq<L, V, P, C> {
    /// Brings the payment into the ledger, so that its buyer can see how it ended, and ends it.
    pub(crate) async fn end_never_begun(
        &self,
        record: &Record<Letter>,
        message: &PaymentRequested,
    ) -> Result<Resolution, Postponed> {
        let Ok(request) = message.to_request() else { return Ok(Resolution::Unattributed) };
        let (origin, trace) = (record.message.origin.clone(), Some(record.trace.clone()));
        let command = Begin { request, origin, trace };
        let decisions = self.ledger.begin(&[command], self.clock.now()).await?;
        if !matches!(decisions.as_slice(), [BeginDecision::Begin]) {
            return Ok(Resolution::AlreadyFinal);
        }
        let Some(payment) = self.ledger.payment(message.payment_id).await? else {
            return Ok(Resolution::Unattributed);
        };
        let reason = "not_orchestrated".to_owned();
        self.ending().settle(&case(record, &payment), Settlement::Failed { reason }).await?;
        Ok(Resolution::Failed)
    }
}
