//! The step between a route and its function where a token is asked for.

use std::future::Future;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::header::AUTHORIZATION;
use http::request::Parts;
use serde_json::{Value, json};

use crate::template::{Api, Route};

/// Why a request does not reach its function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// No token, or one that does not hold (401).
    Unauthorized,
    /// A token without the scope of the route (403).
    Forbidden,
}

/// Decides whether a request may pass, and what the function is told about who sent it.
pub trait Authorize: Send + Sync + 'static {
    /// `requestContext.authorizer` of the event, `None` for a route without authorizer.
    fn authorize(
        &self,
        route: &Route,
        api: Option<&Api>,
        head: &Parts,
    ) -> impl Future<Output = Result<Option<Value>, Refusal>> + Send;
}

/// Enforces nothing: for `Authorizer: disabled` alone.
///
/// The claims of a bearer token are passed on unverified on routes with an authorizer, so that
/// a function sees a user where a client sends one.
#[derive(Debug, Clone, Copy, Default)]
pub struct Disabled;

impl Authorize for Disabled {
    async fn authorize(
        &self,
        route: &Route,
        _: Option<&Api>,
        head: &Parts,
    ) -> Result<Option<Value>, Refusal> {
        if route.authorizer.is_none() {
            return Ok(None);
        }
        Ok(unverified_claims(head).map(|claims| json!({"jwt": {"claims": as_text(claims), "scopes": null}})))
    }
}

fn unverified_claims(head: &Parts) -> Option<serde_json::Map<String, Value>> {
    let token = head.headers.get(AUTHORIZATION)?.to_str().ok()?;
    let token = token.strip_prefix("Bearer ").unwrap_or(token);
    let claims = token.split('.').nth(1)?;
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).ok()?).ok()
}

/// API Gateway hands claims on as texts: lists as `[a b]`, anything else as JSON writes it.
pub(super) fn as_text(claims: serde_json::Map<String, Value>) -> Value {
    let text = |value: Value| match value {
        Value::String(text) => text,
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(plain).collect();
            format!("[{}]", items.join(" "))
        }
        other => other.to_string(),
    };
    Value::Object(claims.into_iter().map(|(name, value)| (name, Value::String(text(value)))).collect())
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
