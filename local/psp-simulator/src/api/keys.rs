//! The key that browsers encrypt cards for.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use bytes::Bytes;
use serde_json::{Value, json};

use super::caller::Caller;
use crate::encryption::CardInClear;
use crate::errors::{ApiError, Problem};
use crate::simulator::{Simulator, now_ms};

/// `GET /public-keys/card` and `POST /public-keys`: PagBank makes a key once and shows it from then on.
pub(super) async fn show(
    State(simulator): State<Arc<Simulator>>,
    _caller: Caller,
) -> Result<Json<Value>, ApiError> {
    let public_key = simulator.card_key.public_base64().ok_or(ApiError::Internal)?;
    Ok(Json(json!({ "public_key": public_key, "created_at": now_ms() })))
}

/// `POST /_simulator/encrypted-cards`: what the browser's SDK would send for this card.
pub(super) async fn encrypt(
    State(simulator): State<Arc<Simulator>>,
    body: Bytes,
) -> Result<String, ApiError> {
    let card: CardInClear =
        serde_json::from_slice(&body).map_err(|_| ApiError::Invalid(vec![Problem::unreadable()]))?;
    simulator.card_key.encrypt(&card, now_ms()).ok_or(ApiError::Internal)
}
