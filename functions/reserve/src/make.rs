//! `POST /reserve`.

use gateway_domain::reservation::{ReserveCommand, ReserveRefusal};
use gateway_domain::{Reservation, ReservationId};
use gateway_edge::http::{FieldError, Fields, HttpRequest, HttpResponse, Problem, read};
use gateway_ports::Clock;
use gateway_ports::reservations::Reservations;
use gateway_wire::http::ReservationBody;

use crate::Reserve;

impl<L: Reservations, C: Clock> Reserve<L, C> {
    pub(crate) async fn make(&self, request: &HttpRequest) -> Result<HttpResponse, Problem> {
        let command = command(request, ReservationId::from_u128(self.clock.ulid()))?;
        let now = self.clock.now();
        let expires_at = now.plus_millis(self.reservation_life_ms);
        match self.ledger.reserve(&command, expires_at, now).await? {
            Ok(reservation) => Ok(created(&reservation)),
            Err(refusal) => Err(problem(refusal)),
        }
    }
}

fn command(request: &HttpRequest, reservation_id: ReservationId) -> Result<ReserveCommand, Problem> {
    let mut fields = Fields::of(request)?;
    let named = fields.optional("user_id", read::user_id);
    let product_id = fields.required("product_id", read::id);
    let quantity = fields.required("quantity", read::quantity);
    let price = fields.required("price", read::amount);
    let total_price = fields.required("total_price", read::amount);
    match (product_id, quantity, price, total_price) {
        (Some(product_id), Some(quantity), Some(price), Some(total_price)) if fields.are_fit() => {
            let user_id = request.caller.user(named.as_ref())?;
            Ok(ReserveCommand { reservation_id, product_id, user_id, quantity, price, total_price })
        }
        _ => Err(fields.into_problem()),
    }
}

fn created(reservation: &Reservation) -> HttpResponse {
    tracing::info!(reservation_id = %reservation.id, product_id = %reservation.product_id,
        quantity = reservation.quantity.get(), "reserved");
    HttpResponse::json(201, &ReservationBody::from(reservation))
        .header("location", ReservationBody::path(reservation.id))
}

fn problem(refusal: ReserveRefusal) -> Problem {
    let field = |name: &str, code, detail: &str| Problem::invalid(vec![FieldError::new(name, code, detail)]);
    match refusal {
        ReserveRefusal::ProductUnknown => Problem::not_found("product_unknown", "there is no such product"),
        ReserveRefusal::OutOfStock => {
            Problem::conflict("out_of_stock", "fewer units are available than asked for")
        }
        ReserveRefusal::PriceDiffers => field("/price", "price_differs", "the price is not the catalogue's"),
        ReserveRefusal::TotalDiffers => {
            field("/total_price", "total_differs", "the total is not price times quantity")
        }
        ReserveRefusal::NotChargeable => {
            field("/total_price", "not_chargeable", "the total has a fraction of a cent or is too large")
        }
    }
}
