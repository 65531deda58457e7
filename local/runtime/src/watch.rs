//! Calls functions through another Invoke endpoint: `cargo lambda watch`, for hot reload and
//! debugging, or anything else that speaks the Invoke API.
//!
//! `cargo lambda watch` answers differently from AWS: a function error is an HTTP 500 without
//! `X-Amz-Function-Error`, and a function that dies leaves its caller waiting. So both shapes
//! are read here, and time is kept here.

use std::collections::{BTreeMap, HashMap};
use std::net::SocketAddr;
use std::process::{ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

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
/// What it may take until it listens.
const LISTENING_WITHIN: Duration = Duration::from_secs(80);
/// How often is looked whether it does.
const LOOK_EVERY: Duration = Duration::from_millis(100);
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

/// What the functions are given in the template, as one: `cargo lambda watch` passes its own environment on to all
/// of them.
///
/// # Errors
/// Two functions are given different values of a variable.
pub fn shared_variables(functions: &[Function]) -> Result<BTreeMap<&str, &str>, VariableConflict> {
    let mut shared: BTreeMap<&str, (&str, &str)> = BTreeMap::new();
    for function in functions {
        for (name, value) in &function.environment {
            let (first, theirs) = *shared.entry(name).or_insert((&function.name, value));
            if theirs != value {
                let functions = [first.to_owned(), function.name.clone()];
                return Err(VariableConflict { variable: name.clone(), functions });
            }
        }
    }
    Ok(shared.into_iter().map(|(name, (_, value))| (name, value)).collect())
}

/// Two functions are given different values of a variable.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`cargo lambda watch` knows one environment for all functions, but {} and {} are given different values of \
     {variable}: give both the same (the parameters file's Environment goes over the template's), or leave out --watch",
    .functions[0], .functions[1]
)]
pub struct VariableConflict {
    /// Its name.
    pub variable: String,
    /// The functions' names.
    pub functions: [String; 2],
}

/// A running `cargo lambda watch`.
#[derive(Debug)]
pub struct Watcher {
    child: Mutex<Option<Child>>,
    address: SocketAddr,
}

impl Watcher {
    /// Starts it on an address, with variables for all functions and arguments of its own. It is killed when this
    /// is dropped.
    pub fn start(
        address: SocketAddr,
        variables: &BTreeMap<&str, &str>,
        arguments: &[String],
    ) -> std::io::Result<Self> {
        let mut command = Command::new("cargo");
        command
            .args(["lambda", "watch", "--invoke-address", &address.ip().to_string()])
            .args(["--invoke-port", &address.port().to_string()])
            .args(arguments)
            .envs(variables)
            .stdin(Stdio::null())
            .process_group(0)
            .kill_on_drop(true);
        process::prepare(&mut command, 0);
        let child = command.spawn()?;
        Ok(Self { child: Mutex::new(Some(child)), address })
    }

    /// Waits until it listens, which takes it a while: it looks through the whole workspace first.
    ///
    /// # Errors
    /// It has ended, or does not listen in time.
    pub async fn listening(&self) -> Result<(), String> {
        let started = Instant::now();
        while tokio::net::TcpStream::connect(self.address).await.is_err() {
            if let Some(status) = self.ended() {
                return Err(format!("`cargo lambda watch` has ended ({status}): what it said stands above"));
            }
            if started.elapsed() > LISTENING_WITHIN {
                let seconds = LISTENING_WITHIN.as_secs();
                return Err(format!(
                    "`cargo lambda watch` does not listen on {} after {seconds} s",
                    self.address
                ));
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
        Ok(())
    }

    fn ended(&self) -> Option<ExitStatus> {
        self.child.lock().unwrap_or_else(PoisonError::into_inner).as_mut()?.try_wait().ok().flatten()
    }

    /// Ends it with the functions it has started.
    pub async fn stop(&self) {
        let child = self.child.lock().unwrap_or_else(PoisonError::into_inner).take();
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
