//! Hears the PSP's hints and asks what is true.
//!
//! Route: `POST /webhooks/pagbank`. The hint's token is verified; then nothing in it is believed but
//! which charge to ask for. What the PSP answers is recorded and goes to `purchases-processed`, where
//! the ledger's rules decide what it means. Repeated and late hints change nothing.

mod ask;
mod authenticity;
mod publish;
#[cfg(test)]
mod tests;

use gateway_edge::http::{HttpHandler, HttpRequest, HttpResponse, Problem};
use gateway_pagbank::webhook;
use gateway_ports::Clock;
use gateway_ports::attempts::ChargeAttempts;
use gateway_ports::ledger::ReadPayments;
use gateway_ports::log::MessageLog;
use gateway_ports::provider::PaymentProvider;
use serde::Serialize;

pub use authenticity::VerifyWebhook;

/// The handler with the ports it needs.
pub struct ReceivePspWebhook<L, A, P, K, C> {
    /// Which payment is meant.
    pub ledger: L,
    /// Where a verdict is recorded before it is told.
    pub attempts: A,
    /// Who knows what is true, and its own signature.
    pub provider: P,
    /// Where verdicts are told.
    pub log: K,
    /// Time.
    pub clock: C,
    /// Whether a webhook without a signature is taken too: the PSP's sandbox sends none.
    pub signature_optional: bool,
}

/// What came of a hint; the PSP only looks at the status, people read it in its delivery log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "outcome")]
pub(crate) enum Heard {
    /// A verdict was told to the ledger.
    Published,
    /// There is nothing to tell.
    Ignored {
        /// Why.
        reason: &'static str,
    },
}

impl<L, A, P, K, C> HttpHandler for ReceivePspWebhook<L, A, P, K, C>
where
    L: ReadPayments,
    A: ChargeAttempts,
    P: PaymentProvider + VerifyWebhook,
    K: MessageLog,
    C: Clock,
{
    async fn handle(&self, request: HttpRequest) -> Result<HttpResponse, Problem> {
        authenticity::check(&self.provider, &request, self.signature_optional).await?;
        let heard = match webhook::hint(&request.body) {
            Some(hint) => self.follow(&hint, request.trace.as_ref()).await?,
            None => Heard::Ignored { reason: "names_no_charge" },
        };
        tracing::info!(?heard, "webhook");
        Ok(HttpResponse::json(200, &heard))
    }
}
