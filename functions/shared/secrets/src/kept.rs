//! One field of a secret, kept for a while.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use gateway_ports::PortError;
use tokio::sync::Mutex;
use tokio::time::Instant;
use zeroize::Zeroizing;

use crate::manager::Manager;
use crate::text::SecretText;

/// How long a value is used before the secret is read again: what a new value takes to be used by everybody, where
/// nobody refuses the old one.
pub const AGE_MAX: Duration = Duration::from_secs(5 * 60);
/// How long after one reading the secret is not read again, however often its value is refused.
pub const ASK_AGAIN_AFTER: Duration = Duration::from_secs(5);

/// Reads a secret.
pub trait FetchSecret: Send + Sync {
    /// The secret as it is now.
    fn fetch(&self) -> impl Future<Output = Result<SecretText, PortError>> + Send;
}

/// A field's value, zeroed when nobody uses it any more.
pub type Value = Arc<Zeroizing<String>>;

/// One field of a secret.
pub struct Kept<S = Manager> {
    source: S,
    field: &'static str,
    // Held across the call, so that many callers wait for one answer instead of all asking.
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    value: Option<Value>,
    asked_at: Option<Instant>,
}

impl State {
    fn asked_within(&self, time: Duration) -> bool {
        self.asked_at.is_some_and(|asked_at| asked_at.elapsed() < time)
    }
}

impl<S: FetchSecret> Kept<S> {
    /// A field of what `source` reads. Nothing is read yet.
    #[must_use]
    pub fn new(source: S, field: &'static str) -> Self {
        Self { source, field, state: Mutex::default() }
    }

    /// The value to use. When it has grown old and the secret cannot be read, the old value is as good as can be
    /// had: whoever it is shown to says whether it still holds.
    ///
    /// # Errors
    /// There was never a value, and there is none now.
    pub async fn current(&self) -> Result<Value, PortError> {
        let mut state = self.state.lock().await;
        if let Some(value) = &state.value
            && state.asked_within(AGE_MAX)
        {
            return Ok(Arc::clone(value));
        }
        match (self.fetch(&mut state).await, &state.value) {
            (Ok(value), _) => Ok(value),
            (Err(error), Some(old)) => {
                tracing::warn!(%error, "the secret cannot be read again; its last value stays in use");
                Ok(Arc::clone(old))
            }
            (Err(error), None) => Err(error),
        }
    }

    /// Another value than `refused`, if there is one by now.
    pub async fn instead_of(&self, refused: &Value) -> Option<Value> {
        let mut state = self.state.lock().await;
        if let Some(value) = &state.value
            && value != refused
        {
            return Some(Arc::clone(value));
        }
        if state.asked_within(ASK_AGAIN_AFTER) {
            return None;
        }
        match self.fetch(&mut state).await {
            Ok(value) => (value != *refused).then_some(value),
            Err(error) => {
                tracing::warn!(%error, "a value was refused, and the secret cannot be read again");
                None
            }
        }
    }

    async fn fetch(&self, state: &mut State) -> Result<Value, PortError> {
        let secret = self.source.fetch().await;
        // Also after a failure, lest many callers ask on and on; but who has nothing asks each time.
        state.asked_at = Some(Instant::now());
        let value = Arc::new(secret?.field(self.field)?);
        state.value = Some(Arc::clone(&value));
        Ok(value)
    }
}

#[cfg(test)]
mod tests;
