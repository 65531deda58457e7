//! Accepts a payment and queues it.
//!
//! Route: `POST /payment`. The reservation is checked first, so that what cannot be paid is refused at
//! once. Then the request is claimed (its payment's id is made of what is claimed; claim and sealed
//! card are one item), the payment produced to `order_queue`, and only then
//! answered 202. A crash at any point leaves nothing, or a claim whose lease lapses: the next equal
//! request goes on with the *same* payment id, and producing may be repeated. The steps need one
//! another, so none runs beside another: a claim for what is refused would block its correction, a
//! card for a duplicate would lie in the vault for nothing, a record without its card could not be
//! charged.
//!
//! It never talks to the PSP, and writes nothing to MySQL.

mod accept;
mod answer;
mod claim;
mod order;
mod queue;
mod request;
#[cfg(test)]
mod tests;

use gateway_edge::http::{HttpHandler, HttpRequest, HttpResponse, Problem};
use gateway_ports::Clock;
use gateway_ports::claims::PaymentClaims;
use gateway_ports::log::MessageLog;
use gateway_ports::reservations::ReadReservations;

/// The handler with the ports it needs.
pub struct EnqueuePayment<L, D, K, C> {
    /// Reservations, and the status of earlier payments.
    pub ledger: L,
    /// Who was first, and the first one's card.
    pub claims: D,
    /// Where the payment is queued.
    pub log: K,
    /// Time, and new ids.
    pub clock: C,
}

impl<L, D, K, C> HttpHandler for EnqueuePayment<L, D, K, C>
where
    L: ReadReservations,
    D: PaymentClaims,
    K: MessageLog,
    C: Clock,
{
    async fn handle(&self, request: HttpRequest) -> Result<HttpResponse, Problem> {
        match request.route.as_str() {
            "POST /payment" => self.accept(request).await,
            _ => Err(Problem::not_found("route_unknown", "no such route")),
        }
    }
}
