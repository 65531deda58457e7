//! `GET /reservations/{id}`.

use gateway_edge::http::{HttpRequest, HttpResponse, Problem};
use gateway_ports::reservations::ReadReservations;
use gateway_wire::http::ReservationBody;

use crate::Reserve;

impl<L: ReadReservations, C> Reserve<L, C> {
    pub(crate) async fn show(&self, request: &HttpRequest) -> Result<HttpResponse, Problem> {
        let reservation = self.own_reservation(request).await?;
        Ok(HttpResponse::json(200, &ReservationBody::from(&reservation)))
    }
}
