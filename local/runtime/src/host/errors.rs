//! Failed calls, worded as AWS words them.

use std::process::ExitStatus;
use std::time::Duration;

use bytes::Bytes;
use serde::Deserialize;
use serde_json::json;

use crate::invoke::InvokeOutcome;

const TIMED_OUT: &str = "Sandbox.Timedout";

/// Why an environment could not do its work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Failure {
    pub(super) error_type: String,
    pub(super) message: String,
}

impl Failure {
    pub(super) fn new(error_type: &str, message: impl Into<String>) -> Self {
        Self { error_type: error_type.to_owned(), message: message.into() }
    }

    /// The process ended without being asked to.
    pub(super) fn exited(status: ExitStatus) -> Self {
        use std::os::unix::process::ExitStatusExt as _;
        let how = match (status.code(), status.signal()) {
            (Some(0), _) => {
                return Self::new("Runtime.ExitError", "Runtime exited without providing a reason");
            }
            (Some(code), _) => format!("exit status {code}"),
            (None, Some(signal)) => format!("signal: {signal}"),
            (None, None) => "unknown status".into(),
        };
        Self::new("Runtime.ExitError", format!("Runtime exited with error: {how}"))
    }

    pub(super) fn timed_out(timeout: Duration) -> Self {
        let seconds = format!("{}.{:02}", timeout.as_secs(), timeout.subsec_millis() / 10);
        Self::new(TIMED_OUT, format!("Task timed out after {seconds} seconds"))
    }

    /// The program did not ask for work within the time that a start may take.
    pub(super) fn init_timed_out() -> Self {
        Self::new(TIMED_OUT, "the program did not ask for work in time")
    }

    pub(super) fn is_time_out(&self) -> bool {
        self.error_type == TIMED_OUT
    }

    /// How a log tells it.
    pub(super) fn line(&self, request_id: &str) -> String {
        format!("RequestId: {request_id} Error: {}", self.message)
    }

    /// The outcome of a call that met this failure.
    pub(super) fn outcome(&self, request_id: &str) -> InvokeOutcome {
        let message = self.line(request_id);
        let payload = json!({"errorType": self.error_type, "errorMessage": message}).to_string();
        InvokeOutcome::FunctionError {
            error_type: self.error_type.clone(),
            error_message: message,
            payload: Bytes::from(payload),
        }
    }
}

/// The body a runtime client posts; languages add stack traces of their own, which are passed on.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct ErrorBody {
    error_type: String,
    error_message: String,
}

/// The outcome of a call whose handler answered with an error.
pub(super) fn reported(payload: Bytes) -> InvokeOutcome {
    let body: ErrorBody = serde_json::from_slice(&payload).unwrap_or_default();
    InvokeOutcome::FunctionError {
        error_type: body.error_type,
        error_message: body.error_message,
        payload: if payload.is_empty() { Bytes::from_static(b"{}") } else { payload },
    }
}

/// What `/init/error` says.
pub(super) fn reported_init(payload: &[u8]) -> Failure {
    let body: ErrorBody = serde_json::from_slice(payload).unwrap_or_default();
    let kind = if body.error_type.is_empty() { "Runtime.InitError" } else { &body.error_type };
    Failure::new(kind, body.error_message)
}
