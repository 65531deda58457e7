//! What the tests of the function host share: a host of probe functions.
#![allow(dead_code, reason = "each test file uses its part")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests, which fail by panicking")]

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use esm_local::host::{FunctionStats, Host, HostOptions, LogBook};
use esm_local::invoke::{Invocation, Invoke, InvokeOutcome};
use esm_local::template::{Compute, EventInvoke, Function, Place};
use serde_json::Value;

/// How long anything may take that should happen at once, on a loaded machine.
pub const SOON: Duration = Duration::from_secs(20);

/// A function that runs the probe.
pub fn probe(name: &str) -> Function {
    Function {
        logical_id: name.into(),
        name: name.into(),
        arn: format!("arn:aws:lambda:us-east-1:000000000000:function:{name}"),
        role_arn: "arn:aws:iam::000000000000:role/probe".into(),
        handler: "bootstrap".into(),
        runtime: "provided.al2023".into(),
        description: String::new(),
        code_uri: PathBuf::from("."),
        binary: "esm-local-probe".into(),
        command: Vec::new(),
        timeout: Duration::from_secs(10),
        memory_size_mib: 256,
        environment: [("GREETING".to_owned(), "hello".to_owned())].into(),
        event_invoke: EventInvoke::default(),
        environments_max: 2,
        compute: Compute::OnDemand,
        niceness: 0,
    }
}

/// The host's options, pointing to the probe.
pub fn options() -> HostOptions {
    let probe = env!("CARGO_BIN_EXE_esm-local-probe");
    HostOptions {
        binary_pattern: probe.replace("esm-local-probe", "{binary}"),
        ..HostOptions::new(LogBook::new(None))
    }
}

/// A host of one function.
pub fn host(function: Function, options: HostOptions) -> Arc<Host> {
    host_of(&[function], options)
}

/// A host of several functions.
pub fn host_of(functions: &[Function], options: HostOptions) -> Arc<Host> {
    let place =
        Place { region: "us-east-1".into(), account_id: "000000000000".into(), partition: "aws".into() };
    Arc::new(Host::new(functions, &place, options))
}

/// Calls the function `probe`.
pub async fn call(host: &Host, payload: &Value) -> InvokeOutcome {
    let payload = Bytes::from(payload.to_string());
    host.invoke(Invocation { function: "probe".into(), payload }).await
}

/// The JSON of a success.
pub fn success(outcome: InvokeOutcome) -> Value {
    match outcome {
        InvokeOutcome::Success(payload) => serde_json::from_slice(&payload).unwrap(),
        other => panic!("no success but {other:?}"),
    }
}

/// Type and message of a function error.
pub fn failure(outcome: InvokeOutcome) -> (String, String) {
    match outcome {
        InvokeOutcome::FunctionError { error_type, error_message, payload } => {
            let body: Value = serde_json::from_slice(&payload).unwrap();
            assert_eq!(
                (&body["errorType"], &body["errorMessage"]),
                (&error_type.clone().into(), &error_message.clone().into())
            );
            (error_type, error_message)
        }
        other => panic!("no function error but {other:?}"),
    }
}

/// The counters of the one function.
pub fn stats(host: &Host) -> FunctionStats {
    host.stats().remove(0)
}

/// Waits until something holds.
pub async fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let started = Instant::now();
    while !holds() {
        assert!(started.elapsed() < SOON, "{what} did not come about");
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}
