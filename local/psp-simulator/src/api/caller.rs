//! Who calls: the headers that every one of PagBank's routes looks at first.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use http::request::Parts;
use http::{HeaderMap, header};

use crate::errors::{ApiError, Problem};
use crate::simulator::Simulator;

const API_VERSION: &str = "x-api-version";
const API_VERSIONS: [&str; 2] = ["4.0", "1.0"];
const IDEMPOTENCY_KEY: &str = "x-idempotency-key";
const IDEMPOTENCY_KEY_LENGTH_MAX: usize = 128;

/// A caller with the right token and a version of the API that exists.
pub(super) struct Caller {
    pub(super) idempotency_key: Option<String>,
}

impl FromRequestParts<Arc<Simulator>> for Caller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, simulator: &Arc<Simulator>) -> Result<Self, ApiError> {
        check_token(&parts.headers, &simulator.options.token)?;
        check_version(&parts.headers)?;
        Ok(Self { idempotency_key: idempotency_key(&parts.headers)? })
    }
}

fn check_token(headers: &HeaderMap, token: &str) -> Result<(), ApiError> {
    let given = text(headers, header::AUTHORIZATION.as_str()).and_then(|value| value.strip_prefix("Bearer "));
    if given == Some(token) { Ok(()) } else { Err(ApiError::Unauthorized) }
}

fn check_version(headers: &HeaderMap) -> Result<(), ApiError> {
    match text(headers, API_VERSION) {
        Some(version) if !API_VERSIONS.contains(&version) => {
            Err(ApiError::Invalid(vec![Problem::invalid(API_VERSION)]))
        }
        _ => Ok(()),
    }
}

fn idempotency_key(headers: &HeaderMap) -> Result<Option<String>, ApiError> {
    if !headers.contains_key(IDEMPOTENCY_KEY) {
        return Ok(None);
    }
    let key =
        text(headers, IDEMPOTENCY_KEY).filter(|key| (1..=IDEMPOTENCY_KEY_LENGTH_MAX).contains(&key.len()));
    match key {
        Some(key) => Ok(Some(key.to_owned())),
        None => Err(ApiError::Invalid(vec![Problem::invalid(IDEMPOTENCY_KEY)])),
    }
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}
