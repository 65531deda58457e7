//! Calls functions through another Invoke endpoint: `cargo lambda watch`, for hot reload and
//! debugging, or anything else that speaks the Invoke API.
//!
//! `cargo lambda watch` answers differently from AWS: a function error is an HTTP 500 without
//! `X-Amz-Function-Error`, and a function that dies leaves its caller waiting. So both shapes
//! are read here, and time is kept here.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::process::Stdio;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http::StatusCode;
use serde::Deserialize;
use serde_json::json;
use tokio::process::{Child, Command};

use crate::host::process;
use crate::invoke::{Invocation, Invoke, InvokeOutcome};
use crate::template::Function;

/// `cargo lambda watch` builds a function at its first call, which takes as long as it takes.
const BUILD_MAX: Duration = Duration::from_secs(600);
/// What `cargo lambda watch` may take to end.
const STOP_GRACE: Duration = Duration::from_secs(5);

/// An Invoke endpoint and the functions' time-outs.
#[derive(Debug)]
pub struct Endpoint {
    client: reqwest::Client,
    address: String,
    /// By function name: the binary it is called by there, and its `Timeout`.
    functions: HashMap<Arc<str>, Target>,
}

#[derive(Debug)]
struct Target {
    binary: String,
    timeout: Duration,
}

impl Endpoint {
    /// Calls go to `address`, such as `127.0.0.1:9100`, where functions go by their binaries' names.
    pub fn new(address: SocketAddr, functions: &[Function]) -> Result<Self, reqwest::Error> {
        let target = |function: &Function| {
            let target = Target { binary: function.binary.clone(), timeout: function.timeout };
            (Arc::from(function.name.as_str()), target)
        };
        Ok(Self {
            client: reqwest::Client::builder().no_proxy().tcp_nodelay(true).build()?,
            address: format!("http://{address}"),
            functions: functions.iter().map(target).collect(),
        })
    }

    async fn post(&self, target: &Target, payload: Bytes) -> reqwest::Result<Reply> {
        let url = format!("{}/2015-03-31/functions/{}/invocations", self.address, target.binary);
        let response = self.client.post(url).timeout(target.timeout + BUILD_MAX).body(payload).send().await?;
        Ok(Reply {
            status: response.status(),
            is_function_error: response.headers().contains_key("x-amz-function-error"),
            body: response.bytes().await?,
        })
    }
}

impl Invoke for Endpoint {
    async fn invoke(&self, invocation: Invocation) -> InvokeOutcome {
        let Some(target) = self.functions.get(&invocation.function) else {
            return InvokeOutcome::ServiceError(format!("there is no function {}", invocation.function));
        };
        match self.post(target, invocation.payload).await {
            Ok(reply) => reply.outcome(target.timeout),
            Err(error) if error.is_timeout() => timed_out(target.timeout),
            Err(error) => InvokeOutcome::ServiceError(error.to_string()),
        }
    }
}

/// What came back.
#[derive(Debug)]
struct Reply {
    status: StatusCode,
    is_function_error: bool,
    body: Bytes,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct ErrorBody {
    error_type: Option<String>,
    error_message: String,
}

impl Reply {
    /// Reads AWS's shape (200 and a header) and that of `cargo lambda watch` (500 and the body).
    fn outcome(self, timeout: Duration) -> InvokeOutcome {
        let error: ErrorBody = serde_json::from_slice(&self.body).unwrap_or_default();
        match self.status {
            StatusCode::OK if !self.is_function_error => InvokeOutcome::Success(self.body),
            StatusCode::OK => self.function_error(error),
            StatusCode::INTERNAL_SERVER_ERROR if error.error_type.is_some() => self.function_error(error),
            StatusCode::TOO_MANY_REQUESTS => InvokeOutcome::Throttled,
            // `cargo lambda watch --timeout`, with an empty body.
            StatusCode::REQUEST_TIMEOUT => timed_out(timeout),
            status => {
                InvokeOutcome::ServiceError(format!("{status}: {}", String::from_utf8_lossy(&self.body)))
            }
        }
    }

    fn function_error(self, error: ErrorBody) -> InvokeOutcome {
        InvokeOutcome::FunctionError {
            error_type: error.error_type.unwrap_or_default(),
            error_message: error.error_message,
            payload: self.body,
        }
    }
}

fn timed_out(timeout: Duration) -> InvokeOutcome {
    let message = format!("Task timed out after {} seconds", timeout.as_secs());
    let payload = json!({"errorType": "Sandbox.Timedout", "errorMessage": message}).to_string();
    InvokeOutcome::FunctionError {
        error_type: "Sandbox.Timedout".into(),
        error_message: message,
        payload: Bytes::from(payload),
    }
}

/// A running `cargo lambda watch`.
#[derive(Debug)]
pub struct Watcher(Mutex<Option<Child>>);

impl Watcher {
    /// Starts it on an address. It is killed when this is dropped.
    pub fn start(address: SocketAddr) -> std::io::Result<Self> {
        let child = Command::new("cargo")
            .args(["lambda", "watch", "--invoke-address", &address.ip().to_string()])
            .args(["--invoke-port", &address.port().to_string()])
            .stdin(Stdio::null())
            .process_group(0)
            .kill_on_drop(true)
            .spawn()?;
        Ok(Self(Mutex::new(Some(child))))
    }

    /// Ends it with the functions it has started.
    pub async fn stop(&self) {
        let child = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(mut child) = child {
            process::stop(&mut child, STOP_GRACE).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reply(status: u16, is_function_error: bool, body: &'static str) -> InvokeOutcome {
        let status = StatusCode::from_u16(status).unwrap();
        Reply { status, is_function_error, body: Bytes::from(body) }.outcome(Duration::from_secs(3))
    }

    #[test]
    fn both_shapes_of_a_function_error_are_read() {
        let body = r#"{"errorType":"Boom","errorMessage":"no"}"#;
        let expected = InvokeOutcome::FunctionError {
            error_type: "Boom".into(),
            error_message: "no".into(),
            payload: Bytes::from(body),
        };
        assert_eq!(reply(200, true, body), expected);
        assert_eq!(reply(500, false, body), expected);
    }

    #[test]
    fn other_answers_keep_their_meaning() {
        assert_eq!(reply(200, false, "1"), InvokeOutcome::Success(Bytes::from("1")));
        assert_eq!(reply(429, false, ""), InvokeOutcome::Throttled);
        assert!(matches!(reply(502, false, "gone"), InvokeOutcome::ServiceError(_)));
        let InvokeOutcome::FunctionError { error_type, .. } = reply(408, false, "") else {
            panic!("no error")
        };
        assert_eq!(error_type, "Sandbox.Timedout");
    }
}
