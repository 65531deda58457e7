//! What became of a payment.
//!
//! Routes: `GET /payments/{id}` (with its timeline, an `ETag`, and `?wait=` seconds until it is final),
//! `GET /payments/{id}/events`. Reads only.

mod etag;
mod events;
mod known;
mod show;
#[cfg(test)]
mod tests;
mod wait;

use gateway_edge::http::{HttpHandler, HttpRequest, HttpResponse, Problem};
use gateway_ports::attempts::PendingPayments;
use gateway_ports::ledger::ReadPayments;

/// The handler with the ports it needs.
pub struct Payments<L, P> {
    /// Payments that have begun.
    pub ledger: L,
    /// Payments that were accepted and have not begun yet.
    pub pending: P,
}

impl<L, P> HttpHandler for Payments<L, P>
where
    L: ReadPayments,
    P: PendingPayments,
{
    async fn handle(&self, request: HttpRequest) -> Result<HttpResponse, Problem> {
        match request.route.as_str() {
            "GET /payments/{id}" => self.show(&request).await,
            "GET /payments/{id}/events" => self.events(&request).await,
            _ => Err(Problem::not_found("route_unknown", "no such route")),
        }
    }
}
