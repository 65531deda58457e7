//! `DELETE /reservations/{id}`: the stock goes back, once.

use gateway_domain::ReservationStatus;
use gateway_domain::reservation::ReleaseDecision;
use gateway_edge::http::{HttpRequest, HttpResponse, Problem};
use gateway_ports::Clock;
use gateway_ports::reservations::{ReadReservations, Reservations};

use crate::Reserve;

impl<L: Reservations + ReadReservations, C: Clock> Reserve<L, C> {
    /// Whose it is never changes, so it is read first; what may become of it is decided by the
    /// conditional update alone.
    pub(crate) async fn release(&self, request: &HttpRequest) -> Result<HttpResponse, Problem> {
        let reservation = self.own_reservation(request).await?;
        match self.ledger.release(reservation.id, self.clock.now()).await? {
            Some(ReleaseDecision::Release | ReleaseDecision::AlreadyReleased) => Ok(HttpResponse::empty(204)),
            Some(ReleaseDecision::Refuse(status)) => Err(refusal(status)),
            None => Err(Problem::not_found("reservation_unknown", "there is no such reservation")),
        }
    }
}

fn refusal(status: ReservationStatus) -> Problem {
    match status {
        ReservationStatus::Confirmed => {
            Problem::conflict("already_paid", "the reservation is paid; it cannot be given back")
        }
        _ => Problem::conflict("payment_in_progress", "the reservation is being paid; wait for its outcome"),
    }
}
