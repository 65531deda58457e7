//! Reserves stock for a buyer, shows a reservation, gives it back.
//!
//! Routes: `POST /reserve`, `GET /reservations/{id}`, `DELETE /reservations/{id}`. Stock moves in MySQL
//! in one transaction with the reservation, so it is never oversold and never lost. Nothing here
//! produces: a payment is told to enqueue-payment.

mod make;
mod release;
mod show;
#[cfg(test)]
mod tests;

use gateway_domain::Reservation;
use gateway_edge::http::{Caller, HttpHandler, HttpRequest, HttpResponse, Problem};
use gateway_ports::Clock;
use gateway_ports::reservations::{ReadReservations, Reservations};

/// The handler with the ports it needs.
pub struct Reserve<L, C> {
    /// Stock and reservations.
    pub ledger: L,
    /// Time, and new ids.
    pub clock: C,
    /// How long stock is held for a buyer who has not paid yet, in milliseconds.
    pub reservation_life_ms: i64,
}

impl<L, C> HttpHandler for Reserve<L, C>
where
    L: Reservations + ReadReservations,
    C: Clock,
{
    async fn handle(&self, request: HttpRequest) -> Result<HttpResponse, Problem> {
        match request.route.as_str() {
            "POST /reserve" => self.make(&request).await,
            "GET /reservations/{id}" => self.show(&request).await,
            "DELETE /reservations/{id}" => self.release(&request).await,
            _ => Err(Problem::not_found("route_unknown", "no such route")),
        }
    }
}

impl<L: ReadReservations, C> Reserve<L, C> {
    /// The reservation in the path, if it is the caller's.
    async fn own_reservation(&self, request: &HttpRequest) -> Result<Reservation, Problem> {
        let id = request.path_id("id", "reservation_unknown")?;
        let reservation = self.ledger.reservation(id).await?;
        let reservation = reservation
            .ok_or_else(|| Problem::not_found("reservation_unknown", "there is no such reservation"))?;
        check_owner(&request.caller, &reservation)?;
        Ok(reservation)
    }
}

fn check_owner(caller: &Caller, reservation: &Reservation) -> Result<(), Problem> {
    if caller.may_see(&reservation.user_id) {
        return Ok(());
    }
    Err(Problem::forbidden("reservation_not_yours", "the reservation is another user's"))
}
