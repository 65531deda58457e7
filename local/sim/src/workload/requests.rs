//! The requests a buyer's program makes, and what it makes of the answers.

use std::sync::Arc;

use gateway_domain::{PaymentId, PaymentStatus, ReservationId};
use gateway_edge::http::HttpResponse;
use gateway_edge::http::testing::TestRequest;
use serde_json::{Value, json};

use super::Order;
use crate::actor::Actor;
use crate::chance::Fault;
use crate::functions;
use crate::world::World;

/// Buyers look often.
const LOOK: &str = "GET /payments";

/// What a buyer's program makes of an answer.
pub(super) enum Heard<T> {
    /// It got what it wanted.
    Good(T),
    /// Refused for good.
    Refused,
    /// No answer, or one that says to ask again.
    Again,
}

/// Sends a request; now and then its answer is lost on the way.
pub(super) async fn send(
    world: &Arc<World>,
    (who, to): (Actor, Actor),
    what: &'static str,
    request: TestRequest,
) -> Option<HttpResponse> {
    let lot = world.draw(who, what);
    let fault = world.fault(&lot, &[Fault::BuyerUnheard]);
    world.sleep(lot.millis(1, 40, 1)).await;
    let answer = functions::http(world, to, request).await;
    // Who only looks tells what has changed.
    if what == LOOK {
        return if fault.is_some() { None } else { answer };
    }
    world.tell(|| {
        let status =
            answer.as_ref().map_or("no answer".to_owned(), |it| format!("{} {}", it.status, gist(&it.body)));
        format!("{}: {what}: {status}", who.name())
    });
    if fault.is_some() { None } else { answer }
}

/// What a person would read of an answer.
fn gist(body: &str) -> String {
    let body: Value = serde_json::from_str(body).unwrap_or_default();
    let told = ["id", "status", "state", "code", "detail", "said_by"].map(|name| body[name].as_str());
    let told: Vec<_> = told.into_iter().flatten().collect();
    told.join(" ")
}

pub(super) async fn reserve(world: &Arc<World>, order: &Order) -> Heard<ReservationId> {
    let total = order.price.times(order.quantity).unwrap_or(order.price);
    let body = json!({
        "product_id": order.product.to_string(), "user_id": order.user, "quantity": order.quantity,
        "price": order.price.to_string(), "total_price": total.to_string(),
    });
    let answer = send(
        world,
        (Actor::Buyer, Actor::Reserve),
        "POST /reserve",
        TestRequest::to("POST /reserve").body(body),
    )
    .await;
    read(answer, 201, |body| body["id"].as_str()?.parse().ok())
}

pub(super) async fn give_back(world: &Arc<World>, id: ReservationId) {
    let request = TestRequest::to("DELETE /reservations/{id}").path("id", id);
    drop(send(world, (Actor::Buyer, Actor::Reserve), "DELETE /reservations", request).await);
}

pub(super) async fn pay(
    world: &Arc<World>,
    order: &Order,
    reservation: ReservationId,
    key: Option<&str>,
) -> Heard<PaymentId> {
    let total = order.price.times(order.quantity).unwrap_or(order.price);
    let body = json!({
        "produto": {
            "reserve_id": reservation.to_string(), "product_id": order.product.to_string(),
            "user_id": order.user, "quantity": order.quantity,
            "price": order.price.to_string(), "total_price": total.to_string(),
        },
        "card": {
            "card_number": "4539620659922097", "card_exp_month": 12, "card_exp_year": 2030,
            "card_security_code": "123",
        },
    });
    let mut request = TestRequest::to("POST /payment").body(body);
    if let Some(key) = key {
        request = request.header("idempotency-key", key);
    }
    let answer = send(world, (Actor::Buyer, Actor::EnqueuePayment), "POST /payment", request).await;
    let in_flight =
        answer.as_ref().is_some_and(|answer| answer.status == 409 && answer.body.contains("in_flight"));
    if in_flight {
        return Heard::Again;
    }
    read(answer, 202, |body| body["id"].as_str()?.parse().ok())
}

/// The payment's status, as its buyer is told.
pub(super) async fn status(
    world: &Arc<World>,
    id: PaymentId,
    last: Option<PaymentStatus>,
) -> Option<PaymentStatus> {
    let request = TestRequest::to("GET /payments/{id}").path("id", id);
    let answer = send(world, (Actor::Buyer, Actor::Payments), LOOK, request).await?;
    let body: Value = serde_json::from_str(&answer.body).ok()?;
    let status: PaymentStatus = body["status"].as_str()?.parse().ok()?;
    if last != Some(status) {
        world.tell(|| format!("buyer: {LOOK}: {id} is {status}"));
    }
    Some(status)
}

fn read<T>(answer: Option<HttpResponse>, good: u16, read: impl Fn(&Value) -> Option<T>) -> Heard<T> {
    match answer {
        Some(answer) if answer.status == good => {
            let body = serde_json::from_str(&answer.body).unwrap_or_default();
            read(&body).map_or(Heard::Refused, Heard::Good)
        }
        Some(answer) if answer.status < 500 => Heard::Refused,
        _ => Heard::Again,
    }
}
