//! Making a charge, and asking for one.

use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use http::{HeaderMap, StatusCode, header};
use serde::Deserialize;

use super::caller::Caller;
use super::cut;
use crate::errors::{ApiError, Problem};
use crate::ledger::Posted;
use crate::order::Order;
use crate::scenario::{Delivery, Fault};
use crate::simulator::{Simulator, now_ms};

/// `POST /charges`. The charge is made before any waiting, so that a caller who gives up
/// has been charged all the same.
pub(super) async fn create(
    State(simulator): State<Arc<Simulator>>,
    caller: Caller,
    body: Bytes,
) -> Result<Response, ApiError> {
    let now_ms = now_ms();
    let order = Order::read(&body, &simulator.card_key, now_ms).map_err(ApiError::Invalid)?;
    let posted = simulator.ledger().post(caller.idempotency_key.as_deref(), order, now_ms);
    simulator.analysis_started.notify_one();
    wait(simulator.latency()).await;
    answer(&simulator, posted).await
}

async fn answer(simulator: &Simulator, posted: Posted) -> Result<Response, ApiError> {
    match posted {
        Posted::Charge(delivery, json) => deliver(simulator, delivery, json).await,
        Posted::Fault(fault) => refuse(simulator, fault),
        Posted::KeyReused => Err(ApiError::KeyReused),
        Posted::CiphertextUsed => Err(ciphertext_used()),
        Posted::Full => Err(ApiError::Full),
    }
}

async fn deliver(simulator: &Simulator, delivery: Delivery, json: Bytes) -> Result<Response, ApiError> {
    match delivery {
        Delivery::Plain | Delivery::OtherAmount => Ok(charge(StatusCode::CREATED, json)),
        Delivery::Slow => {
            wait(simulator.slowness()).await;
            Ok(charge(StatusCode::CREATED, json))
        }
        Delivery::Unreadable => {
            Ok(charge(StatusCode::CREATED, Bytes::from_static(b"{\"id\":\"CHAR_\xff<html>")))
        }
        Delivery::Lost => Ok(cut()),
        Delivery::Error => Err(ApiError::Internal),
    }
}

fn refuse(simulator: &Simulator, fault: Fault) -> Result<Response, ApiError> {
    match fault {
        Fault::Close => Ok(cut()),
        Fault::Error => Err(ApiError::Internal),
        Fault::Unavailable => Err(ApiError::Unavailable(simulator.options.retry_after_s)),
        Fault::Throttled => Err(ApiError::Throttled(simulator.options.retry_after_s)),
        Fault::CiphertextUsed => Err(ciphertext_used()),
    }
}

fn ciphertext_used() -> ApiError {
    ApiError::Invalid(vec![Problem::invalid("payment_method.card.encrypted")])
}

/// `GET /charges/{id}`.
pub(super) async fn find(
    State(simulator): State<Arc<Simulator>>,
    _caller: Caller,
    Path(charge_id): Path<String>,
) -> Result<Response, ApiError> {
    let json = simulator.ledger().find(&charge_id).ok_or(ApiError::NotFound)?;
    Ok(charge(StatusCode::OK, json))
}

#[derive(Deserialize)]
pub(super) struct SearchQuery {
    reference_id: Option<String>,
}

/// `GET /charges?reference_id=`: an array. PagBank answers it with 406 when the caller
/// accepts `application/json` alone, which has caught integrators out; so does this.
pub(super) async fn search(
    State(simulator): State<Arc<Simulator>>,
    _caller: Caller,
    Query(query): Query<SearchQuery>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let accepts_anything = headers
        .get(header::ACCEPT)
        .is_none_or(|accept| accept.to_str().is_ok_and(|accept| accept.contains("*/*")));
    if !accepts_anything {
        return Err(ApiError::NotAcceptable);
    }
    let Some(reference_id) = query.reference_id else {
        return Err(ApiError::Invalid(vec![Problem::required("reference_id")]));
    };
    Ok(charge(StatusCode::OK, simulator.ledger().search(&reference_id)))
}

pub(super) fn charge(status: StatusCode, json: Bytes) -> Response {
    (status, [(header::CONTENT_TYPE, "application/json")], json).into_response()
}

pub(super) async fn wait(duration: std::time::Duration) {
    if !duration.is_zero() {
        tokio::time::sleep(duration).await;
    }
}
