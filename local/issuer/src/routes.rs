//! The routes: an issuer's own, as Keycloak lays them out, and those for development under `/_issuer`.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{SystemTime, UNIX_EPOCH};

use axum::extract::{DefaultBodyLimit, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Value, json};

use crate::keyring::Keyring;
use crate::token::{Realm, TokenRequest};

/// Larger bodies are refused: a request for a token is a few hundred bytes.
const BODY_BYTES_MAX: usize = 64 * 1_024;

pub(crate) struct Issuer {
    pub(crate) realm: Realm,
    pub(crate) keys: RwLock<Keyring>,
    /// How often the key set has been given out, which shows whether its readers cache it.
    pub(crate) key_sets_served: AtomicU64,
}

/// All routes. `path` is the realm's, such as `/realms/shop`.
pub(crate) fn router(path: &str, issuer: Arc<Issuer>) -> Router {
    Router::new()
        .route(&format!("{path}/.well-known/openid-configuration"), get(discovery))
        .route(&format!("{path}/protocol/openid-connect/certs"), get(key_set))
        .route("/_issuer/tokens", post(token))
        .route("/_issuer/rotate", post(rotate))
        .route("/_issuer/health", get(health))
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .with_state(issuer)
}

/// What a resource server looks for in it, and what OpenID Connect Discovery demands besides.
async fn discovery(State(issuer): State<Arc<Issuer>>) -> Json<Value> {
    let url = &issuer.realm.issuer;
    Json(json!({
        "issuer": url,
        "jwks_uri": format!("{url}/protocol/openid-connect/certs"),
        "authorization_endpoint": format!("{url}/protocol/openid-connect/auth"),
        "response_types_supported": ["none"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
    }))
}

async fn key_set(State(issuer): State<Arc<Issuer>>) -> Json<Value> {
    issuer.key_sets_served.fetch_add(1, Ordering::Relaxed);
    Json(issuer.keys.read().unwrap_or_else(PoisonError::into_inner).jwks())
}

async fn token(State(issuer): State<Arc<Issuer>>, Json(request): Json<TokenRequest>) -> Response {
    let now_s = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    let token_id = format!("{:032x}", rand::random::<u128>());
    let claims = request.to_claims(&issuer.realm, i64::try_from(now_s).unwrap_or(i64::MAX), &token_id);
    let signed = issuer.keys.read().unwrap_or_else(PoisonError::into_inner).current().sign(&claims);
    match signed {
        Ok(token) => Json(json!({
            "access_token": token,
            "token_type": "Bearer",
            "expires_in": request.expires_in_s,
        }))
        .into_response(),
        Err(error) => failed(&error),
    }
}

async fn rotate(State(issuer): State<Arc<Issuer>>) -> Response {
    let mut keys = issuer.keys.write().unwrap_or_else(PoisonError::into_inner);
    match keys.rotate() {
        Ok(()) => Json(json!({ "kid": keys.current().kid() })).into_response(),
        Err(error) => failed(&error),
    }
}

async fn health(State(issuer): State<Arc<Issuer>>) -> Json<Value> {
    Json(json!({
        "issuer": issuer.realm.issuer,
        "key_sets_served": issuer.key_sets_served.load(Ordering::Relaxed),
    }))
}

fn failed(error: &dyn std::error::Error) -> Response {
    tracing::error!(%error, "failed");
    (StatusCode::INTERNAL_SERVER_ERROR, Json(json!({ "error": error.to_string() }))).into_response()
}
