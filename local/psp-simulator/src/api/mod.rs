//! The routes.

mod amend;
mod caller;
mod charges;
mod inspect;
mod keys;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};

use crate::errors::ApiError;
use crate::simulator::Simulator;

/// Larger bodies are refused; PagBank's are a few hundred bytes.
const BODY_BYTES_MAX: usize = 64 * 1024;

/// A mark on a response: the server cuts the connection instead of sending it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CutConnection;

/// All routes: PagBank's, and the simulator's own under `/_simulator`.
pub(crate) fn router(simulator: Arc<Simulator>) -> Router {
    Router::new()
        .route("/charges", post(charges::create).get(charges::search))
        .route("/charges/{id}", get(charges::find))
        .route("/charges/{id}/capture", post(amend::capture))
        .route("/charges/{id}/cancel", post(amend::cancel))
        .route("/public-keys", post(keys::show))
        .route("/public-keys/card", get(keys::show))
        .route("/_simulator/encrypted-cards", post(keys::encrypt))
        .route("/_simulator/charges", get(inspect::list).delete(inspect::reset))
        .route("/_simulator/summary", get(inspect::summary))
        .route("/_simulator/cards", get(inspect::cards))
        .route("/_simulator/health", get(inspect::health))
        .fallback(|| async { ApiError::NotFound })
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .with_state(simulator)
}

/// A response that never arrives.
fn cut() -> Response {
    let mut response = ().into_response();
    response.extensions_mut().insert(CutConnection);
    response
}
