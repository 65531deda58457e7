//! What the buyer is told.

use gateway_domain::begin::{PaymentRequest, RejectReason};
use gateway_domain::limits::CLAIM_LEASE_MS;
use gateway_domain::{PaymentId, PaymentStatus, Timestamp};
use gateway_edge::http::{HttpResponse, Problem};
use gateway_ports::PortError;
use gateway_wire::http::{AcceptedBody, CURRENCY, CardBody, PaymentBody, PaymentLinks};
use gateway_wire::money::WireMoney;
use gateway_wire::time::WireTime;

/// 202: queued.
pub(crate) fn accepted(request: &PaymentRequest) -> HttpResponse {
    response(request, PaymentStatus::Pending)
}

/// 202 again, for a repeated request.
pub(crate) fn replayed(request: &PaymentRequest, status: PaymentStatus) -> HttpResponse {
    response(request, status).header("idempotent-replayed", "true")
}

fn response(request: &PaymentRequest, status: PaymentStatus) -> HttpResponse {
    let body = AcceptedBody {
        id: request.payment_id,
        status: status.as_str().to_owned(),
        reserve_id: request.reservation_id,
        amount: WireMoney(request.amount),
        currency: CURRENCY.to_owned(),
        card: request.card.as_ref().map(CardBody::from),
        created_at: WireTime(request.accepted_at),
        links: PaymentLinks::new(request.payment_id, request.reservation_id),
    };
    HttpResponse::json(202, &body)
        .header("location", PaymentBody::path(request.payment_id))
        .header("retry-after", "1")
}

/// The reservation cannot be paid as asked.
pub(crate) fn refused(reason: RejectReason) -> Problem {
    let code = reason.as_str();
    let conflict = |why: &str| Problem::conflict(code, format!("Pedido de pagamento recusado: {why}"));
    match reason {
        RejectReason::ReservationUnknown => Problem::not_found(code, "there is no such reservation"),
        RejectReason::NotYours => Problem::forbidden(code, "the reservation is another user's"),
        RejectReason::Mismatch => {
            Problem::unprocessable(code, "product, quantity or amount are not the reservation's")
        }
        RejectReason::ReservationReleased => conflict("the reservation has ended; its stock went back"),
        RejectReason::ReservationExpired => conflict("the reservation has expired"),
        RejectReason::AlreadyPaid => conflict("the reservation is already paid"),
        RejectReason::PaymentInProgress => conflict("another payment for the reservation is under way"),
    }
}

/// 409: an equal payment was accepted less than two minutes ago.
pub(crate) fn duplicate(payment_id: PaymentId) -> Problem {
    let detail = "Pedido de pagamento recusado: an equal payment was accepted a moment ago";
    Problem::conflict("duplicate_payment", detail).about(payment_id)
}

/// 409: the request that holds the key may still be at work.
pub(crate) fn in_flight(payment_id: PaymentId, lease_until: Timestamp, now: Timestamp) -> Problem {
    let seconds = (lease_until.since(now).max(0) + 999) / 1000;
    Problem::conflict("idempotency_in_flight", "an equal request is being worked on; ask again")
        .retry_after(u32::try_from(seconds).unwrap_or(1).max(1))
        .about(payment_id)
}

/// 422: the key belongs to another payload.
pub(crate) fn key_reused() -> Problem {
    let detail = "the Idempotency-Key was used for another payload; a new payment needs a new key";
    Problem::unprocessable("idempotency_key_reused", detail)
}

/// 503: a server failed amid the work, and what it was asked for may be done. After the lease the same request
/// goes on, with the same payment id if it was.
pub(crate) fn unfinished(payment_id: PaymentId) -> impl FnOnce(PortError) -> Problem {
    let lease_s = u32::try_from(CLAIM_LEASE_MS / 1000).unwrap_or(u32::MAX);
    move |error| Problem::from(error).retry_after(lease_s).about(payment_id)
}
