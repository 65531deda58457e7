//! The function host with real processes.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests fail by panicking")]

mod support;

use std::sync::Arc;
use std::time::{Duration, Instant};

use esm_local::host::{HostOptions, LogBook};
use esm_local::invoke::{Invocation, Invoke as _, InvokeOutcome};
use esm_local::template::Function;
use serde_json::json;
use support::{SOON, call, failure, host, host_of, options, probe, stats, success, until};

#[tokio::test(flavor = "multi_thread")]
async fn a_warm_environment_is_used_again() {
    let mut function = probe("probe");
    function.environments_max = 1;
    let host = host(function, options());
    for number in 0..20 {
        assert_eq!(success(call(&host, &json!({"n": number})).await), json!({"n": number}));
    }
    let stats = stats(&host);
    assert_eq!((stats.invocations, stats.starts, stats.errors), (20, 1, 0));
    host.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn batches_for_a_nicer_function_gather_while_calls_of_another_come_thick_and_fast() {
    let nicer = Function { niceness: 19, ..probe("nicer") };
    let host = host_of(&[probe("probe"), nicer], options());
    assert_eq!(host.patience("nicer"), Duration::ZERO);
    let calling = async {
        while host.patience("nicer").is_zero() {
            success(call(&host, &json!(1)).await);
        }
    };
    tokio::time::timeout(SOON, calling).await.expect("calls came to be load");
    assert_eq!(host.patience("probe"), Duration::ZERO);
    until("the load's end", || host.patience("nicer").is_zero()).await;
    host.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_function_sees_what_aws_would_show_it() {
    let host = host(probe("probe"), options());
    let environment = success(call(&host, &json!({"do": "environment"})).await);
    for (name, value) in [
        ("AWS_LAMBDA_FUNCTION_NAME", "probe"),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256"),
        ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
        ("AWS_LAMBDA_LOG_GROUP_NAME", "/aws/lambda/probe"),
        ("AWS_REGION", "us-east-1"),
        ("GREETING", "hello"),
    ] {
        assert_eq!(environment[name], value, "{name}");
    }
    assert!(environment.get("AWS_LAMBDA_MAX_CONCURRENCY").is_none());
    assert!(environment.get("CARGO_MANIFEST_DIR").is_none(), "this machine's own variables stay out");
    let deadline = success(call(&host, &json!({"do": "deadline"})).await);
    let left_ms = deadline["leftMs"].as_u64().unwrap();
    assert!((5_000..=10_000).contains(&left_ms), "{left_ms}");
    assert_eq!(deadline["arn"], "arn:aws:lambda:us-east-1:000000000000:function:probe");
    host.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn errors_and_panics_fail_the_call_and_keep_the_process() {
    let host = host(probe("probe"), options());
    let refused = failure(call(&host, &json!({"do": "fail"})).await);
    assert_eq!(refused, ("Refused".to_owned(), "told to fail".to_owned()));
    let (_, message) = failure(call(&host, &json!({"do": "panic"})).await);
    assert!(message.contains("told to panic"), "{message}");
    assert_eq!(success(call(&host, &json!(1)).await), json!(1));
    let stats = stats(&host);
    assert_eq!((stats.starts, stats.errors, stats.crashes), (1, 2, 0));
    host.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_exit_fails_the_call_and_another_environment_takes_the_next() {
    let host = host(probe("probe"), options());
    let (kind, message) = failure(call(&host, &json!({"do": "exit", "code": 3})).await);
    assert_eq!(kind, "Runtime.ExitError");
    assert!(message.ends_with("Error: Runtime exited with error: exit status 3"), "{message}");
    assert_eq!(success(call(&host, &json!("again")).await), json!("again"));
    let stats = stats(&host);
    assert_eq!((stats.starts, stats.crashes, stats.errors), (2, 1, 1));
    host.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_past_its_time_is_killed() {
    let mut function = probe("probe");
    function.timeout = Duration::from_secs(1);
    let host = host(function, options());
    assert_eq!(success(call(&host, &json!("warm")).await), json!("warm"));
    let started = Instant::now();
    let (kind, message) = failure(call(&host, &json!({"do": "sleep", "ms": 60_000})).await);
    assert_eq!(kind, "Sandbox.Timedout");
    assert!(message.ends_with("Task timed out after 1.00 seconds"), "{message}");
    assert!(started.elapsed() >= Duration::from_secs(1));
    assert_eq!(success(call(&host, &json!("next")).await), json!("next"));
    let stats = stats(&host);
    assert_eq!((stats.timeouts, stats.crashes, stats.starts), (1, 0, 2));
    host.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failing_start_is_told_to_who_waits() {
    let mut function = probe("probe");
    function.environment.insert("FAIL_INIT".into(), "1".into());
    let folder = std::env::temp_dir().join(format!("failing-start-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let logs = LogBook::new(Some(folder.clone()));
    let host = host(function, HostOptions { logs: Arc::clone(&logs), ..options() });
    let (kind, message) = failure(call(&host, &json!(1)).await);
    assert_eq!(kind, "Runtime.ExitError");
    assert!(message.contains("exit status 7"), "{message}");
    assert_eq!(stats(&host).crashes, 1);
    host.shutdown().await;
    logs.flush().await;
    let log = std::fs::read_to_string(folder.join("probe.log")).unwrap();
    std::fs::remove_dir_all(folder).unwrap();
    assert!(log.starts_with("INIT_REPORT Init Duration: "), "{log}");
    assert!(log.ends_with(" ms\tPhase: init\tStatus: error\tError Type: Runtime.ExitError\n"), "{log}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_binary_says_so() {
    let mut function = probe("probe");
    function.binary = "never-built".into();
    let host = host(function, options());
    assert_eq!(host.missing_binaries().len(), 1);
    let (kind, message) = failure(call(&host, &json!(1)).await);
    assert_eq!(kind, "Runtime.InvalidEntrypoint");
    assert!(message.contains("never-built") && message.contains("has it been built?"), "{message}");
    host.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_run_side_by_side_up_to_the_maximum_and_wait_beyond_it() {
    let host = host(probe("probe"), options());
    let calls: Vec<_> = (0..6)
        .map(|_| {
            let host = Arc::clone(&host);
            tokio::spawn(async move { success(call(&host, &json!({"do": "sleep", "ms": 100})).await) })
        })
        .collect();
    let mut processes = Vec::new();
    for call in calls {
        processes.push(call.await.unwrap()["processId"].as_u64().unwrap());
    }
    processes.sort_unstable();
    processes.dedup();
    assert_eq!(processes.len(), 2);
    assert_eq!(stats(&host).invocations, 6);
    host.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_queue_and_a_long_wait_throttle() {
    let mut function = probe("probe");
    function.environments_max = 1;
    let mut options = options();
    options.queue_max = 1;
    options.queue_wait_max = Duration::from_millis(50);
    let host = host(function, options);
    while call(&host, &json!("warm")).await == InvokeOutcome::Throttled {}
    let before = stats(&host).invocations;
    let busy = tokio::spawn({
        let host = Arc::clone(&host);
        async move { call(&host, &json!({"do": "sleep", "ms": 2_000})).await }
    });
    until("the busy call", || stats(&host).invocations > before || busy.is_finished()).await;
    let waiting = tokio::spawn({
        let host = Arc::clone(&host);
        async move { call(&host, &json!(1)).await }
    });
    until("the waiting call", || stats(&host).queued == 1 || waiting.is_finished()).await;
    assert_eq!(call(&host, &json!(2)).await, InvokeOutcome::Throttled);
    assert_eq!(waiting.await.unwrap(), InvokeOutcome::Throttled);
    success(busy.await.unwrap());
    host.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_runs_where_the_reserved_concurrency_is_zero() {
    let mut function = probe("probe");
    function.environments_max = 0;
    let host = host(function, options());
    assert_eq!(call(&host, &json!(1)).await, InvokeOutcome::Throttled);
    assert_eq!(stats(&host).starts, 0);
    host.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn idle_environments_are_ended() {
    let mut options = options();
    options.idle_max = Duration::from_millis(50);
    let host = host(probe("probe"), options);
    success(call(&host, &json!(1)).await);
    until("the end of the idle environment", || stats(&host).environments == 0).await;
    assert_eq!(success(call(&host, &json!(2)).await), json!(2));
    assert_eq!((stats(&host).starts, stats(&host).crashes), (2, 0));
    host.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_end_waits_for_calls_under_way_and_takes_no_more() {
    let host = host(probe("probe"), options());
    success(call(&host, &json!("warm")).await);
    let under_way = tokio::spawn({
        let host = Arc::clone(&host);
        async move { success(call(&host, &json!({"do": "sleep", "ms": 300})).await) }
    });
    until("the call", || stats(&host).invocations == 2).await;
    host.shutdown().await;
    assert!(under_way.await.unwrap()["processId"].is_u64());
    assert!(matches!(call(&host, &json!(1)).await, InvokeOutcome::ServiceError(_)));
    assert_eq!(stats(&host).environments, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_tail_of_a_call_is_what_that_call_printed() {
    let host = host(probe("probe"), options());
    for (word, other) in [("one", "two"), ("two", "one")] {
        let payload = json!({"do": "print", "text": format!("seen by {word}")}).to_string().into();
        let (outcome, tail) = host.invoke_logged(Invocation { function: "probe".into(), payload }).await;
        success(outcome);
        let tail = String::from_utf8(tail.expect("a tail")).expect("text");
        assert!(tail.starts_with("START RequestId: ") && tail.contains("\nEND RequestId: "), "{tail}");
        assert!(tail.contains(&format!("\nseen by {word}\n")), "{tail}");
        assert!(!tail.contains(&format!("seen by {other}")), "{tail}");
        assert!(tail.contains("\tBilled Duration: "), "{tail}");
    }
    host.shutdown().await;
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn a_crash_dumps_no_core() {
    let host = host(probe("probe"), options());
    let limits = success(call(&host, &json!({"do": "limits"})).await);
    assert_eq!(limits["core"], "0 0");
    host.shutdown().await;
}
