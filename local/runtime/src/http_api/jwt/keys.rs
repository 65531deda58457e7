//! An issuer's keys, kept between requests.
//!
//! They are asked for at the first token and again after two hours, and when a token names a key that
//! is not among them: the issuer may have a new one. Such tokens can be made up, so it is not asked more
//! often than each two seconds for them. Keys stay known while the issuer does not answer.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use serde_json::Value;
use tokio::sync::Mutex;
use tokio::time::Instant;

use super::Denial;
use super::algorithms::JwtAlgorithm;
use super::discovery::{Discovery, KeySource};
use super::key_set::KeySet;

/// "API Gateway can cache the public key for two hours", says AWS.
const LIFE: Duration = Duration::from_secs(2 * 60 * 60);
/// The least time between two questions.
const AGAIN_AFTER: Duration = Duration::from_secs(2);

/// The keys of one issuer.
#[derive(Debug)]
pub(super) struct Keys<S = Discovery> {
    source: S,
    algorithms: Vec<JwtAlgorithm>,
    current: RwLock<Option<Arc<Published>>>,
    /// When the issuer answered last, or failed to. Who holds it is the one who asks.
    asked: Mutex<Option<Instant>>,
}

/// A key set as it was published.
#[derive(Debug)]
pub(super) struct Published {
    pub(super) keys: KeySet,
    /// Another one for each other set.
    pub(super) generation: u64,
    text: Value,
    fetched: Instant,
}

impl Keys {
    pub(super) fn new(issuer: &str, algorithms: &[JwtAlgorithm]) -> Result<Self, reqwest::Error> {
        Ok(Self::from_source(Discovery::new(issuer)?, algorithms))
    }
}

impl<S: KeySource> Keys<S> {
    fn from_source(source: S, algorithms: &[JwtAlgorithm]) -> Self {
        let (current, asked) = (RwLock::default(), Mutex::default());
        Self { source, algorithms: algorithms.to_vec(), current, asked }
    }

    /// The generation of the keys, unless it is time to ask for them again.
    pub(super) fn generation(&self) -> Option<u64> {
        self.fresh().map(|published| published.generation)
    }

    /// A key set with the key `kid`.
    pub(super) async fn with(&self, kid: &str) -> Result<Arc<Published>, Denial> {
        let known = || self.fresh().filter(|published| published.keys.has(kid));
        if let Some(published) = known() {
            return Ok(published);
        }
        let mut asked = self.asked.lock().await;
        // Somebody else may have asked while this one waited.
        if let Some(published) = known() {
            return Ok(published);
        }
        if asked.is_none_or(|asked| asked.elapsed() >= AGAIN_AFTER) {
            self.ask().await;
            *asked = Some(Instant::now());
        }
        let published = self.current().ok_or(Denial::Issuer)?;
        if published.keys.has(kid) { Ok(published) } else { Err(Denial::Key) }
    }

    async fn ask(&self) {
        let text = match self.source.fetch().await {
            Ok(text) => text,
            Err(error) => return tracing::warn!(%error, "the issuer's keys are not to be had"),
        };
        let before = self.current();
        let generation = match &before {
            Some(before) if before.text == text => before.generation,
            Some(before) => before.generation + 1,
            None => 0,
        };
        let keys = KeySet::new(&text, &self.algorithms);
        let published = Published { keys, generation, text, fetched: Instant::now() };
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(published));
    }

    fn fresh(&self) -> Option<Arc<Published>> {
        self.current().filter(|published| published.fetched.elapsed() < LIFE)
    }

    fn current(&self) -> Option<Arc<Published>> {
        self.current.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

#[cfg(test)]
#[path = "keys_tests.rs"]
mod tests;
