//! Capturing and cancelling a charge.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use bytes::Bytes;
use http::StatusCode;
use serde_json::Value;

use super::caller::Caller;
use super::charges::{charge, wait};
use crate::errors::{ApiError, Problem};
use crate::ledger::{Amendment, Change};
use crate::order::Fields;
use crate::simulator::{Simulator, now_ms};

/// `POST /charges/{id}/capture`.
pub(super) async fn capture(
    State(simulator): State<Arc<Simulator>>,
    caller: Caller,
    Path(charge_id): Path<String>,
    body: Bytes,
) -> Result<Response, ApiError> {
    amend(&simulator, &caller, &charge_id, Change::Capture, &body).await
}

/// `POST /charges/{id}/cancel`.
pub(super) async fn cancel(
    State(simulator): State<Arc<Simulator>>,
    caller: Caller,
    Path(charge_id): Path<String>,
    body: Bytes,
) -> Result<Response, ApiError> {
    amend(&simulator, &caller, &charge_id, Change::Cancel, &body).await
}

async fn amend(
    simulator: &Simulator,
    caller: &Caller,
    charge_id: &str,
    change: Change,
    body: &[u8],
) -> Result<Response, ApiError> {
    let amount_cents = amount(body).map_err(ApiError::Invalid)?;
    let amendment = Amendment { charge_id, change, amount_cents, key: caller.idempotency_key.as_deref() };
    let amended = simulator.ledger().amend(&amendment, now_ms());
    wait(simulator.latency()).await;
    amended.map(|json| charge(StatusCode::CREATED, json))
}

fn amount(body: &[u8]) -> Result<u64, Vec<Problem>> {
    let body: Value = serde_json::from_slice(body).map_err(|_| vec![Problem::unreadable()])?;
    let mut fields = Fields::of(&body);
    let amount = fields.required_integer("amount.value", &(1..=u64::MAX));
    fields.finish(amount)
}
