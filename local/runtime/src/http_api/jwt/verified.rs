//! Tokens whose signature and claims have been found good: a client sends the same one many times.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::{Map, Value};

use super::super::authorize::AuthorizerContext;
use super::super::claims_text::{NestedClaims, context};
use super::Denial;
use super::claims::Life;

/// Tokens remembered for one authorizer. With more, all are forgotten: to verify one again costs some
/// fifty microseconds.
const TOKENS_MAX: usize = 1_024;

/// A good token.
#[derive(Debug)]
pub(super) struct Verified {
    pub(super) life: Life,
    /// The key set that it was verified with.
    pub(super) generation: u64,
    claims: Map<String, Value>,
    scopes: Vec<String>,
    nested: NestedClaims,
    /// What the function is told on a route without scopes.
    told: Option<AuthorizerContext>,
}

impl Verified {
    pub(super) fn new(claims: Map<String, Value>, life: Life, generation: u64, nested: NestedClaims) -> Self {
        let scopes = super::claims::scopes(&claims);
        let told = context(&claims, None, nested);
        Self { life, generation, claims, scopes, nested, told }
    }

    /// What the function is told, if the token has one of the route's scopes.
    pub(super) fn opens(&self, wanted: &[String]) -> Result<AuthorizerContext, Denial> {
        if wanted.is_empty() {
            return self.told.clone().ok_or(Denial::Unreadable);
        }
        if !wanted.iter().any(|scope| self.scopes.contains(scope)) {
            return Err(Denial::Scope);
        }
        context(&self.claims, Some(&self.scopes), self.nested).ok_or(Denial::Unreadable)
    }
}

/// Good tokens by their text.
#[derive(Debug, Default)]
pub(super) struct VerifiedTokens {
    tokens: Mutex<HashMap<Box<str>, Arc<Verified>>>,
}

impl VerifiedTokens {
    /// The token, if it was verified with these keys.
    pub(super) fn get(&self, token: &str, generation: u64) -> Option<Arc<Verified>> {
        let tokens = self.tokens.lock().unwrap_or_else(PoisonError::into_inner);
        tokens.get(token).filter(|verified| verified.generation == generation).cloned()
    }

    pub(super) fn insert(&self, token: String, verified: Arc<Verified>) {
        let mut tokens = self.tokens.lock().unwrap_or_else(PoisonError::into_inner);
        if tokens.len() >= TOKENS_MAX {
            tokens.clear();
        }
        tokens.insert(token.into_boxed_str(), verified);
    }
}
