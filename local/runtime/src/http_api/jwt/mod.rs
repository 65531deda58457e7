//! JWT authorizers, enforced as API Gateway's HTTP APIs do.
//!
//! A token is taken from the identity source, its key found by `kid` among those that the issuer
//! publishes, its signature verified, then its claims: `iss`, `aud` (or `client_id`), `exp`, `nbf`, `iat`,
//! and on routes with scopes `scope` or `scp`.
//!
//! Which algorithm is right is never the token's to say: only those that are allowed, and only with a
//! key of their kind. So `none` and a public key used as a shared secret lead nowhere.

mod algorithms;
mod challenge;
mod claims;
mod crypto;
mod discovery;
mod guard;
mod identity;
mod key_set;
mod keys;
#[cfg(test)]
mod tests;
mod token;
mod verified;

use std::collections::HashMap;
use std::sync::Arc;

use http::request::Parts;
use serde::Deserialize;

pub use algorithms::JwtAlgorithm;
use challenge::Denial;
use guard::Guard;
use keys::Keys;

use super::authorize::{Authorize, AuthorizerContext, Refusal};
use super::claims_text::NestedClaims;
use crate::template::{Application, Route};

/// What AWS leaves open or does not offer.
#[derive(Debug, Clone, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "PascalCase", deny_unknown_fields, default)]
pub struct JwtOptions {
    /// Algorithms that are accepted. AWS: those of RSA.
    pub algorithms: Vec<JwtAlgorithm>,
    /// How a claim that is an object becomes a text.
    pub nested_claims: NestedClaims,
}

impl Default for JwtOptions {
    fn default() -> Self {
        Self { algorithms: JwtAlgorithm::OF_AWS.to_vec(), nested_claims: NestedClaims::default() }
    }
}

/// Why authorizers cannot be enforced.
#[derive(Debug, thiserror::Error)]
pub enum JwtError {
    /// The identity source is none that a JWT authorizer may have.
    #[error(
        "authorizer {authorizer}: {text} is no identity source; it is $request.header.NAME or $request.querystring.NAME"
    )]
    IdentitySource {
        /// The authorizer's name.
        authorizer: String,
        /// What the template says.
        text: String,
    },
    /// The client for the issuers cannot be made.
    #[error("no HTTP client for the issuers: {0}")]
    Client(#[from] reqwest::Error),
}

/// Enforces the JWT authorizers of a template.
#[derive(Debug)]
pub struct Jwt {
    /// By API, then by the authorizer's name.
    guards: HashMap<String, HashMap<String, Guard>>,
}

impl Jwt {
    /// The authorizers of all the application's APIs. Their issuers are asked at the first token.
    ///
    /// # Errors
    /// An identity source that AWS would refuse as well.
    pub fn new(application: &Application, options: &JwtOptions) -> Result<Self, JwtError> {
        crypto::install();
        let mut issuers: HashMap<String, Arc<Keys>> = HashMap::new();
        let mut guards: HashMap<String, HashMap<String, Guard>> = HashMap::new();
        for (api, settings) in &application.apis {
            for (name, authorizer) in &settings.authorizers {
                let keys = match issuers.get(&authorizer.issuer) {
                    Some(keys) => Arc::clone(keys),
                    None => Arc::new(Keys::new(&authorizer.issuer, &options.algorithms)?),
                };
                issuers.insert(authorizer.issuer.clone(), Arc::clone(&keys));
                let guard = Guard::new(name, authorizer, keys, options.clone())?;
                guards.entry(api.clone()).or_default().insert(name.clone(), guard);
            }
        }
        Ok(Self { guards })
    }
}

impl Authorize for Jwt {
    async fn authorize(&self, route: &Route, head: &Parts) -> Result<Option<AuthorizerContext>, Refusal> {
        let Some(name) = &route.authorizer else { return Ok(None) };
        // A template whose routes name an authorizer that does not exist is refused when it is read.
        let guard = self.guards.get(&route.api).and_then(|guards| guards.get(name));
        let passed = match guard {
            Some(guard) => guard.pass(&route.scopes, head).await,
            None => Err(Denial::NoToken),
        };
        passed.map(Some).map_err(|denial| {
            tracing::debug!(route = route.key(), ?denial, "refused");
            denial.refusal(&route.scopes)
        })
    }
}
