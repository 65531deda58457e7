//! Ends payments under review: nobody could say whether they are charged.
//!
//! A schedule asks the PSP again and again, and settles what it says. Over HTTP,
//! `POST /payments/{id}/review`, an admin may say how a payment ended; the PSP is asked first, and what
//! it says is never contradicted. Both leave the stock in PAYING until somebody knows. The schedule also
//! looks after payments that ended because the PSP knew of no charge: one that turns up late is
//! cancelled; and it tells the alarms what waits, and whether the stock adds up. It charges nothing.

mod audit;
mod cancel;
mod claim;
mod job;
mod look_after;
mod resolve;
mod seen;
mod sweep;
#[cfg(test)]
mod tests;

use gateway_domain::Payment;
use gateway_edge::http::{HttpHandler, HttpRequest, HttpResponse, Problem};
use gateway_inquiry::{Case, Ending, Settling};
use gateway_ports::Clock;
use gateway_ports::attempts::{CardVault, ChargeAttempts};
use gateway_ports::dead_letters::AdministerDeadLetters;
use gateway_ports::ledger::{ReadPayments, SettlePayments};
use gateway_ports::provider::PaymentProvider;
use gateway_ports::review::ReviewPayments as Reviews;
use gateway_ports::stock::AuditStock;
use gateway_ports::watch::WatchPayments;

use tracing::Instrument as _;

pub use audit::LastAudit;
pub use job::Report;

/// The step's name in timelines, metrics and logs.
const NAME: &str = "review-payments";

/// The function with the ports it needs.
pub struct ReviewPayments<L, V, P, C> {
    /// Payments, and their dead letters.
    pub ledger: L,
    /// The card vault and the attempts' fence.
    pub vault: V,
    /// Who knows what was charged.
    pub provider: P,
    /// Time.
    pub clock: C,
    /// After how long a payment under review is asked about again, in milliseconds.
    pub review_after_ms: i64,
    /// How long after an attempt with an unknown outcome the PSP's "no charge" is believed, in
    /// milliseconds.
    pub inquiry_grace_ms: i64,
    /// When this environment last compared the stock with what was stocked.
    pub stock_audited: LastAudit,
}

/// Everything the ledger does here.
pub trait Ledger:
    ReadPayments + SettlePayments + Reviews + WatchPayments + AdministerDeadLetters + AuditStock
{
}
impl<T: ReadPayments + SettlePayments + Reviews + WatchPayments + AdministerDeadLetters + AuditStock> Ledger
    for T
{
}

/// Everything the vault does here.
pub trait Vault: CardVault + ChargeAttempts {}
impl<T: CardVault + ChargeAttempts> Vault for T {}

impl<L: Ledger, V: Vault, P: PaymentProvider, C: Clock> HttpHandler for ReviewPayments<L, V, P, C> {
    async fn handle(&self, request: HttpRequest) -> Result<HttpResponse, Problem> {
        match request.route.as_str() {
            "POST /payments/{id}/review" => {
                let span = self.span_about(request.path_parameter("id").parse().ok()).await;
                self.resolve(&request).instrument(span).await
            }
            _ => Err(Problem::not_found("route_unknown", "no such route")),
        }
    }
}

impl<L, V, P, C: Clock> ReviewPayments<L, V, P, C> {
    fn ending<S: Settling>(&self, settling: S) -> Ending<'_, S, V, P> {
        Ending { settling, vault: &self.vault, provider: &self.provider, now: self.clock.now() }
    }
}

fn case<'a>(payment: &'a Payment, learned_by: &'static str) -> Case<'a> {
    Case { payment, attempt: payment.attempt, step: NAME, learned_by, origin: None }
}
