//! Environments that take several calls at once, as on Lambda Managed Instances.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests fail by panicking")]

mod support;

use std::sync::Arc;
use std::time::Duration;

use esm_local::host::Host;
use esm_local::invoke::InvokeOutcome;
use esm_local::template::{Compute, Function};
use serde_json::{Value, json};
use support::{call, failure, host, options, probe, stats, success, until};
use tokio::task::JoinHandle;

/// So long that no call of a test ends by it.
const LONG_MS: u64 = 60_000;

fn on_instances(calls_max: usize) -> Function {
    Function { compute: Compute::Instances { calls_max }, ..probe("probe") }
}

fn start(host: &Arc<Host>, payload: Value) -> JoinHandle<InvokeOutcome> {
    let host = Arc::clone(host);
    tokio::spawn(async move { call(&host, &payload).await })
}

/// Calls that take some time, until each of them has begun.
async fn start_sleeping(host: &Arc<Host>, calls: usize, ms: u64) -> Vec<JoinHandle<InvokeOutcome>> {
    let before = stats(host).invocations;
    let started: Vec<_> = (0..calls).map(|_| start(host, json!({"do": "sleep", "ms": ms}))).collect();
    let begun = before + u64::try_from(calls).unwrap();
    until("the calls", || stats(host).invocations == begun || started.iter().any(JoinHandle::is_finished))
        .await;
    started
}

async fn process_id(call: JoinHandle<InvokeOutcome>) -> u64 {
    success(call.await.unwrap())["processId"].as_u64().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn one_environment_takes_as_many_calls_at_once_as_it_may() {
    let host = host(on_instances(8), options());
    let environment = success(call(&host, &json!({"do": "environment"})).await);
    assert_eq!(environment["AWS_LAMBDA_MAX_CONCURRENCY"], "8");
    assert_eq!(environment["AWS_LAMBDA_INITIALIZATION_TYPE"], "lambda-managed-instances");
    let mut processes = Vec::new();
    for call in start_sleeping(&host, 8, 1_000).await {
        processes.push(process_id(call).await);
    }
    processes.dedup();
    assert_eq!((processes.len(), stats(&host).starts), (1, 1));
    host.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_answer_goes_to_the_call_that_it_is_for() {
    let host = host(on_instances(16), options());
    let calls: Vec<_> = (0..200).map(|number| start(&host, json!({"n": number}))).collect();
    for (number, call) in calls.into_iter().enumerate() {
        assert_eq!(success(call.await.unwrap()), json!({"n": number}));
    }
    host.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_environment_starts_when_one_is_full() {
    let host = host(on_instances(2), options());
    let mut processes = Vec::new();
    for call in start_sleeping(&host, 4, 1_000).await {
        processes.push(process_id(call).await);
    }
    processes.sort_unstable();
    processes.dedup();
    assert_eq!((processes.len(), stats(&host).starts), (2, 2));
    host.shutdown().await;
}

/// AWS: the call fails; its neighbours, its code and the environment go on.
#[tokio::test(flavor = "multi_thread")]
async fn a_call_past_its_time_fails_alone() {
    let host = host(Function { timeout: Duration::from_secs(1), ..on_instances(2) }, options());
    let own = process_id(start(&host, json!({"do": "sleep", "ms": 0}))).await;
    let late = start(&host, json!({"do": "sleep", "ms": LONG_MS}));
    until("the late call", || stats(&host).invocations == 2).await;
    while !late.is_finished() {
        assert_eq!(process_id(start(&host, json!({"do": "sleep", "ms": 10}))).await, own);
    }
    let (kind, message) = failure(late.await.unwrap());
    assert_eq!(kind, "Sandbox.Timedout");
    assert!(message.ends_with("Task timed out after 1.00 seconds"), "{message}");
    // Its worker is busy still; the other one is not.
    assert_eq!(process_id(start(&host, json!({"do": "sleep", "ms": 0}))).await, own);
    let stats = stats(&host);
    assert_eq!((stats.timeouts, stats.crashes, stats.starts), (1, 0, 1));
    host.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_comes_too_late_is_nobodys() {
    let host =
        host(Function { timeout: Duration::from_secs(1), environments_max: 1, ..on_instances(1) }, options());
    let late = call(&host, &json!({"do": "sleep", "ms": 1_500})).await;
    assert_eq!(failure(late).0, "Sandbox.Timedout");
    // Taken by the same worker, once it has answered for the call before.
    assert_eq!(success(call(&host, &json!("next")).await), json!("next"));
    assert_eq!((stats(&host).starts, stats(&host).timeouts), (1, 1));
    host.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_exit_fails_all_calls_of_the_environment() {
    let host = host(on_instances(4), options());
    let neighbours = start_sleeping(&host, 2, LONG_MS).await;
    let (kind, _) = failure(call(&host, &json!({"do": "exit", "code": 3})).await);
    assert_eq!(kind, "Runtime.ExitError");
    for neighbour in neighbours {
        let (kind, message) = failure(neighbour.await.unwrap());
        assert_eq!(kind, "Runtime.ExitError");
        assert!(message.ends_with("exit status 3"), "{message}");
    }
    assert_eq!(success(call(&host, &json!("again")).await), json!("again"));
    assert_eq!((stats(&host).crashes, stats(&host).errors), (1, 3));
    host.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_panic_fails_its_call_and_keeps_the_neighbours() {
    let host = host(on_instances(4), options());
    let neighbours = start_sleeping(&host, 2, 500).await;
    let (_, message) = failure(call(&host, &json!({"do": "panic"})).await);
    assert!(message.contains("told to panic"), "{message}");
    for neighbour in neighbours {
        process_id(neighbour).await;
    }
    assert_eq!((stats(&host).starts, stats(&host).crashes), (1, 0));
    host.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_environment_is_idle_when_all_its_workers_are() {
    let mut options = options();
    options.idle_max = Duration::from_millis(50);
    let host = host(on_instances(3), options);
    // Two workers are idle for longer than that.
    process_id(start(&host, json!({"do": "sleep", "ms": 500}))).await;
    assert_eq!((stats(&host).starts, stats(&host).environments), (1, 1));
    until("the end of the idle environment", || stats(&host).environments == 0).await;
    assert_eq!(stats(&host).crashes, 0);
    host.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn new_code_waits_for_the_calls_of_the_old_and_takes_the_next() {
    let host = host(on_instances(2), options());
    let old = start_sleeping(&host, 1, 1_000).await.remove(0);
    host.restart("probe");
    let new = process_id(start(&host, json!({"do": "sleep", "ms": 0}))).await;
    assert_ne!(process_id(old).await, new);
    until("the end of the old environment", || stats(&host).environments == 1).await;
    assert_eq!(stats(&host).crashes, 0);
    host.shutdown().await;
}

/// A call is on its way to a worker for a moment, while the other workers are parked.
#[tokio::test(flavor = "multi_thread")]
async fn no_call_is_lost_to_an_environment_that_is_being_ended() {
    let mut options = options();
    options.idle_max = Duration::from_millis(5);
    let host = host(on_instances(3), options);
    let callers: Vec<_> = (0..4)
        .map(|caller| {
            let host = Arc::clone(&host);
            tokio::spawn(async move {
                for number in 0..250 {
                    let payload = json!({"caller": caller, "number": number});
                    assert_eq!(success(call(&host, &payload).await), payload);
                }
            })
        })
        .collect();
    while !callers.iter().all(JoinHandle::is_finished) {
        host.restart("probe");
        let before = stats(&host).invocations;
        let goes_on = || stats(&host).invocations > before + 5 || callers.iter().all(JoinHandle::is_finished);
        until("some calls", goes_on).await;
    }
    for caller in callers {
        caller.await.unwrap();
    }
    assert_eq!(stats(&host).crashes, 0);
    host.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_environment_whose_workers_are_all_stuck_makes_room_for_another() {
    let mut options = options();
    options.idle_max = Duration::from_millis(100);
    let function = Function { timeout: Duration::from_secs(1), environments_max: 1, ..on_instances(2) };
    let host = host(function, options);
    for stuck in start_sleeping(&host, 2, LONG_MS).await {
        assert_eq!(failure(stuck.await.unwrap()).0, "Sandbox.Timedout");
    }
    assert_eq!(success(call(&host, &json!("next")).await), json!("next"));
    assert_eq!((stats(&host).starts, stats(&host).timeouts), (2, 2));
    host.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_end_waits_for_all_calls_under_way() {
    let host = host(on_instances(4), options());
    let under_way = start_sleeping(&host, 3, 500).await;
    host.shutdown().await;
    for call in under_way {
        process_id(call).await;
    }
    assert_eq!(stats(&host).environments, 0);
}
