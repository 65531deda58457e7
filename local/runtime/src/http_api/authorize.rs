//! The step between a route and its function where a token is asked for.

use std::future::Future;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::header::AUTHORIZATION;
use http::request::Parts;
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::claims_text::{NestedClaims, context};
use crate::template::Route;

/// `requestContext.authorizer` of the event, as JSON.
pub type AuthorizerContext = Arc<RawValue>;

/// Why a request does not reach its function. Each carries its `www-authenticate`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// No token, or one that does not hold (401).
    Unauthorized(String),
    /// A token without a scope of the route (403).
    Forbidden(String),
}

/// Decides whether a request may pass, and what the function is told about who sent it.
pub trait Authorize: Send + Sync + 'static {
    /// What the function is told; `None` for a route without authorizer.
    fn authorize(
        &self,
        route: &Route,
        head: &Parts,
    ) -> impl Future<Output = Result<Option<AuthorizerContext>, Refusal>> + Send;
}

/// Enforces nothing: for `Authorizer: disabled` alone.
///
/// The claims of a bearer token are passed on unverified on routes with an authorizer, so that
/// a function sees a user where a client sends one.
#[derive(Debug, Clone, Copy, Default)]
pub struct Disabled;

impl Authorize for Disabled {
    async fn authorize(&self, route: &Route, head: &Parts) -> Result<Option<AuthorizerContext>, Refusal> {
        if route.authorizer.is_none() {
            return Ok(None);
        }
        Ok(unverified_claims(head).and_then(|claims| context(&claims, None, NestedClaims::Map)))
    }
}

fn unverified_claims(head: &Parts) -> Option<Map<String, Value>> {
    let token = head.headers.get(AUTHORIZATION)?.to_str().ok()?;
    let token = token.strip_prefix("Bearer ").unwrap_or(token);
    let claims = token.split('.').nth(1)?;
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).ok()?).ok()
}
