//! The port between who wants a function called and who can call it.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;

/// One call of one function.
#[derive(Debug, Clone)]
pub struct Invocation {
    /// The function's name: its logical id, or `FunctionName` where the template gives one.
    pub function: Arc<str>,
    /// The event, as JSON text.
    pub payload: Bytes,
}

/// What became of an [`Invocation`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InvokeOutcome {
    /// The handler answered with this JSON.
    Success(Bytes),
    /// The function was reached and failed: an error answer, a crash or a time-out.
    FunctionError {
        /// `errorType` of AWS's error body, such as `Runtime.ExitError` or `Sandbox.Timedout`.
        error_type: String,
        /// `errorMessage` of AWS's error body.
        error_message: String,
        /// The whole error body as the caller of the Invoke API gets it.
        payload: Bytes,
    },
    /// No environment was free within the function's concurrency: never reached the handler (429).
    Throttled,
    /// The service failed before the handler was reached (5xx); says why.
    ServiceError(String),
}

/// Calls functions. The event source mappings, the HTTP API, the schedules and the Invoke API
/// all go through this one port; the function host implements it.
pub trait Invoke: Send + Sync + 'static {
    /// Calls the function and waits for its answer.
    fn invoke(&self, invocation: Invocation) -> impl Future<Output = InvokeOutcome> + Send;

    /// The same, and the last 4 KB of what was logged during the call, by whoever knows that.
    fn invoke_logged(
        &self,
        invocation: Invocation,
    ) -> impl Future<Output = (InvokeOutcome, Option<Vec<u8>>)> + Send {
        async { (self.invoke(invocation).await, None) }
    }

    /// How long batches for this function gather at least, even where the mapping's window is shorter, because
    /// others go first now. Who passes calls on passes this on, too.
    fn patience(&self, _function: &str) -> Duration {
        Duration::ZERO
    }
}
