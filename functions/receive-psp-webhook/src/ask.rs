//! From a hint to what the PSP says.

use gateway_domain::charge::Inquiry;
use gateway_edge::TraceContext;
use gateway_edge::http::Problem;
use gateway_pagbank::webhook::Hint;
use gateway_ports::Clock;
use gateway_ports::attempts::ChargeAttempts;
use gateway_ports::ledger::ReadPayments;
use gateway_ports::log::MessageLog;
use gateway_ports::provider::PaymentProvider;

use crate::{Heard, ReceivePspWebhook};

impl<L, A, P, K, C> ReceivePspWebhook<L, A, P, K, C>
where
    L: ReadPayments,
    A: ChargeAttempts,
    P: PaymentProvider,
    K: MessageLog,
    C: Clock,
{
    pub(crate) async fn follow(&self, hint: &Hint, caller: Option<&TraceContext>) -> Result<Heard, Problem> {
        let Some(payment_id) = hint.payment_id else {
            return Ok(Heard::Ignored { reason: "names_no_payment" });
        };
        let Some(payment) = self.ledger.payment(payment_id).await? else {
            tracing::warn!(%payment_id, "webhook for a payment that the ledger does not know");
            return Ok(Heard::Ignored { reason: "payment_unknown" });
        };
        let Ok(amount) = payment.amount.to_cents() else {
            return Ok(Heard::Ignored { reason: "never_charged" });
        };
        match self.provider.find_charge(&hint.charge_id, payment_id, amount).await {
            Inquiry::Found(verdict) => {
                // The result belongs to the payment's trace; the PSP's own is linked to it.
                let trace = self.ledger.trace(payment_id).await?.or_else(|| caller.cloned());
                self.publish(&payment, verdict, trace).await
            }
            Inquiry::None => Ok(Heard::Ignored { reason: "no_charge" }),
            Inquiry::Mismatch { charge_id, reason } => {
                tracing::error!(%payment_id, charge_id = charge_id.0, reason,
                    "the PSP holds a charge that does not fit the payment");
                Ok(Heard::Ignored { reason: "charge_mismatch" })
            }
            Inquiry::Unanswered { reason } => {
                tracing::warn!(%payment_id, reason, "the PSP does not answer; it will send the webhook again");
                Err(Problem::unavailable())
            }
        }
    }
}
