//! A function for tests and measurements: does what its event says.
//!
//! `{"do": "echo"}` answers with the event, `fail` with an error, `panic`, `exit` (with `code`),
//! `sleep` (`ms`), `environment` answers with its variables, `deadline` with the milliseconds
//! left, `limits` with its core limits, `print` writes `text` to standard output. `FAIL_INIT=1` makes it exit before it is ready;
//! with `NOOP=1` it reads no event and answers with nothing.
#![allow(
    missing_docs,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test program that panics and prints when it is told to"
)]

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use lambda_runtime::{Diagnostic, Error, LambdaEvent, service_fn};
use serde_json::{Value, json};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    if std::env::var("FAIL_INIT").is_ok() {
        std::process::exit(7);
    }
    if std::env::var("NOOP").is_ok() {
        return lambda_runtime::run(service_fn(ignore)).await;
    }
    lambda_runtime::run_concurrent(service_fn(handle)).await
}

async fn ignore(_: LambdaEvent<serde::de::IgnoredAny>) -> Result<(), Error> {
    Ok(())
}

async fn handle(event: LambdaEvent<Value>) -> Result<Value, Diagnostic> {
    let LambdaEvent { payload, context } = event;
    match payload["do"].as_str().unwrap_or("echo") {
        "fail" => Err(Diagnostic { error_type: "Refused".into(), error_message: "told to fail".into() }),
        "panic" => panic!("told to panic"),
        "exit" => {
            let code = payload["code"].as_i64().and_then(|code| i32::try_from(code).ok());
            std::process::exit(code.unwrap_or(1))
        }
        "sleep" => {
            tokio::time::sleep(Duration::from_millis(payload["ms"].as_u64().unwrap_or(0))).await;
            Ok(json!({"processId": std::process::id()}))
        }
        "environment" => Ok(std::env::vars().map(|(name, value)| (name, Value::from(value))).collect()),
        "deadline" => {
            let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
            let left = context.deadline().duration_since(UNIX_EPOCH).unwrap_or_default().saturating_sub(now);
            Ok(json!({"leftMs": left.as_millis(), "arn": context.invoked_function_arn}))
        }
        "limits" => {
            // The soft and the hard limit of a core's size.
            let limits = std::fs::read_to_string("/proc/self/limits").unwrap_or_default();
            let core = limits.lines().find_map(|line| line.strip_prefix("Max core file size"));
            let words: Vec<&str> = core.unwrap_or_default().split_whitespace().take(2).collect();
            Ok(json!({"core": words.join(" ")}))
        }
        "print" => {
            println!("{}", payload["text"].as_str().unwrap_or_default());
            Ok(Value::Null)
        }
        _ => Ok(payload),
    }
}
