//! What a test or a person may see and reset. No token is needed: it is a simulator, and it
//! holds nothing worth hiding.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Query, State};
use http::StatusCode;
use serde_json::Value;

use crate::cards::{CARDS, TestCard};
use crate::errors::ApiError;
use crate::ledger::ListQuery;
use crate::simulator::Simulator;

/// `GET /_simulator/charges?reference_id=&offset=&limit=`.
pub(super) async fn list(
    State(simulator): State<Arc<Simulator>>,
    Query(query): Query<ListQuery>,
) -> Json<Value> {
    Json(simulator.ledger().list(&query))
}

/// `GET /_simulator/summary`.
pub(super) async fn summary(State(simulator): State<Arc<Simulator>>) -> Json<Value> {
    Json(simulator.ledger().summary())
}

/// `DELETE /_simulator/charges`.
pub(super) async fn reset(State(simulator): State<Arc<Simulator>>) -> Result<StatusCode, ApiError> {
    simulator.ledger().reset().map_err(|error| {
        tracing::error!(%error, "the journal could not be cleared");
        ApiError::Internal
    })?;
    Ok(StatusCode::NO_CONTENT)
}

/// `GET /_simulator/cards`.
pub(super) async fn cards() -> Json<&'static [TestCard]> {
    Json(CARDS)
}

/// `GET /_simulator/health`.
pub(super) async fn health() -> Json<Value> {
    Json(serde_json::json!({ "status": "ok" }))
}
