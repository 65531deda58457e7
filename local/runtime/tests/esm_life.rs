//! Starting, stopping, rebalancing, switching on and off: nothing is lost.

#![allow(clippy::unwrap_used, reason = "a test stops where its stage cannot be set")]

#[path = "esm/support/mod.rs"]
mod support;

use std::sync::Arc;
use std::time::Duration;

use esm_local::esm::config::{MappingConfig, StartingPosition, SystemLogLevel};
use esm_local::esm::status::MappingState;
use esm_local::esm::system_log::LogSink;
use esm_local::esm::{EsmOptions, Mapping, MappingHandle};
use support::broker::Broker;
use support::function::{Function, success};
use support::{committed, eventually, mapping, quick};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

async fn in_state(handle: &MappingHandle, state: MappingState) {
    eventually(&format!("{state:?}"), || async { handle.status().await.unwrap().state == state }).await;
}

/// A function whose calls from the `from`-th on wait until they are let go.
fn held(from: usize, gate: &Arc<Notify>) -> Arc<Function> {
    let gate = Arc::clone(gate);
    Function::new(move |call, _| {
        let gate = Arc::clone(&gate);
        async move {
            if call >= from {
                gate.notified().await;
            }
            success()
        }
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_restart_resumes_from_what_was_committed() {
    let broker = Broker::with_topic("pay", 1);
    broker.produce_all("pay", 0, 0..3).await;
    let never = Arc::new(Notify::new());
    let function = held(1, &never);
    let stop = CancellationToken::new();
    let config = mapping(&broker.bootstrap(), "pay");
    let impatient = EsmOptions { drain_timeout: Duration::from_millis(50), ..quick() };
    let handle = Mapping::start(config.clone(), impatient, Arc::clone(&function), stop.clone()).unwrap();
    committed(&handle, 0, 3).await;
    broker.produce_all("pay", 0, 3..6).await;
    function.wait_for_calls(2).await;
    stop.cancel();
    handle.join().await;
    assert_eq!(broker.committed("group-pay", "pay", 0).await, Some(3), "what hung is not committed");

    let successor = Function::succeeding();
    let stop = CancellationToken::new();
    let handle = Mapping::start(config, quick(), Arc::clone(&successor), stop.clone()).unwrap();
    committed(&handle, 0, 6).await;
    assert_eq!(successor.offsets()[&0], [3, 4, 5]);
    stop.cancel();
    handle.join().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_graceful_stop_finishes_and_commits_what_is_in_flight() {
    let broker = Broker::with_topic("pay", 2);
    broker.produce_all("pay", 0, 0..3).await;
    let gate = Arc::new(Notify::new());
    let function = held(0, &gate);
    let stop = CancellationToken::new();
    let handle =
        Mapping::start(mapping(&broker.bootstrap(), "pay"), quick(), Arc::clone(&function), stop.clone());
    let handle = handle.unwrap();
    function.wait_for_calls(1).await;
    broker.produce_all("pay", 0, 3..5).await;
    stop.cancel();
    eventually("the stop", || async { handle.status().await.unwrap().state == MappingState::Disabling })
        .await;
    gate.notify_one();
    handle.join().await;
    let delivered = i64::try_from(function.values().concat().len()).unwrap();
    assert_eq!(broker.committed("group-pay", "pay", 0).await, Some(delivered));
    assert_eq!(function.calls().len(), 1, "nothing new was begun");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rebalance_between_two_instances_loses_nothing_and_keeps_order() {
    let broker = Broker::with_topic("pay", 4);
    let config = MappingConfig { batch_size: 5, ..mapping(&broker.bootstrap(), "pay") };
    let (one, two) = (Function::succeeding(), Function::succeeding());
    let (stop_one, stop_two) = (CancellationToken::new(), CancellationToken::new());
    let first = Mapping::start(config.clone(), quick(), Arc::clone(&one), stop_one.clone()).unwrap();
    for partition in 0..4 {
        broker.produce_all("pay", partition, 0..50).await;
    }
    one.wait_for_records(20).await;
    let second = Mapping::start(config, quick(), Arc::clone(&two), stop_two.clone()).unwrap();
    for partition in 0..4 {
        broker.produce_all("pay", partition, 50..100).await;
    }
    eventually("both share the partitions", || async {
        let owned = |status: Option<esm_local::esm::status::MappingStatus>| status.unwrap().partitions.len();
        owned(first.status().await) == 2 && owned(second.status().await) == 2
    })
    .await;
    for partition in 0..4 {
        broker.produce_all("pay", partition, 100..150).await;
    }
    for partition in 0..4 {
        eventually(&format!("all of partition {partition}"), || async {
            broker.committed("group-pay", "pay", partition).await == Some(150)
        })
        .await;
    }
    stop_one.cancel();
    first.join().await;
    broker.produce_all("pay", 0, 150..160).await;
    committed(&second, 0, 160).await;
    stop_two.cancel();
    second.join().await;
    for (partition, expected) in [(0, 160), (1, 150), (2, 150), (3, 150)] {
        let mut seen: Vec<i64> = [&one, &two]
            .iter()
            .flat_map(|function| function.offsets().remove(&partition).unwrap_or_default())
            .collect();
        for function in [&one, &two] {
            let offsets = function.offsets().remove(&partition).unwrap_or_default();
            assert!(offsets.is_sorted(), "partition {partition}: {offsets:?}");
        }
        seen.sort_unstable();
        assert_eq!(seen, (0..expected).collect::<Vec<_>>(), "each once, none lost, in partition {partition}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_disabled_mapping_reads_nothing_until_it_is_enabled() {
    let broker = Broker::with_topic("pay", 1);
    let function = Function::succeeding();
    let stop = CancellationToken::new();
    let config = MappingConfig { enabled: false, ..mapping(&broker.bootstrap(), "pay") };
    let handle = Mapping::start(config, quick(), Arc::clone(&function), stop.clone()).unwrap();
    in_state(&handle, MappingState::Disabled).await;
    broker.produce_all("pay", 0, [0]).await;
    handle.enable().await;
    committed(&handle, 0, 1).await;
    handle.disable().await;
    in_state(&handle, MappingState::Disabled).await;
    broker.produce_all("pay", 0, [1]).await;
    handle.enable().await;
    function.wait_for_records(2).await;
    committed(&handle, 0, 2).await;
    assert_eq!(function.offsets()[&0], [0, 1]);
    stop.cancel();
    handle.join().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_topic_that_does_not_exist_yet_is_waited_for() {
    let broker = Broker::start();
    let function = Function::succeeding();
    let stop = CancellationToken::new();
    let handle =
        Mapping::start(mapping(&broker.bootstrap(), "late"), quick(), Arc::clone(&function), stop.clone());
    let handle = handle.unwrap();
    eventually("the complaint", || async {
        let status = handle.status().await.unwrap();
        status.state == MappingState::Enabling
            && status.last_error.as_deref() == Some("the topic does not exist yet; waiting for it")
    })
    .await;
    broker.create_topic("late", 1);
    broker.produce_all("late", 0, [0]).await;
    committed(&handle, 0, 1).await;
    assert_eq!(handle.status().await.unwrap().last_processing_result, "OK");
    stop.cancel();
    handle.join().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn latest_starts_at_the_end_once_and_a_restart_does_not_skip() {
    let broker = Broker::with_topic("pay", 1);
    broker.produce_all("pay", 0, 0..3).await;
    let config =
        MappingConfig { starting_position: StartingPosition::Latest, ..mapping(&broker.bootstrap(), "pay") };
    let stop = CancellationToken::new();
    let handle = Mapping::start(config.clone(), quick(), Function::succeeding(), stop.clone()).unwrap();
    committed(&handle, 0, 3).await;
    stop.cancel();
    handle.join().await;
    broker.produce_all("pay", 0, 3..5).await;

    let function = Function::succeeding();
    let stop = CancellationToken::new();
    let handle = Mapping::start(config, quick(), Arc::clone(&function), stop.clone()).unwrap();
    committed(&handle, 0, 5).await;
    assert_eq!(function.offsets()[&0], [3, 4]);
    let lag = handle.status_with_lag().await.unwrap().partitions[0].lag;
    assert_eq!(lag, Some(0));
    stop.cancel();
    handle.join().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn trim_horizon_starts_at_the_oldest_record_whatever_the_reset_policy() {
    let broker = Broker::with_topic("pay", 1);
    broker.produce_all("pay", 0, 0..3).await;
    let kafka_properties = vec![("auto.offset.reset".to_owned(), "latest".to_owned())];
    let options = EsmOptions { kafka_properties, ..quick() };
    for (end, expected) in [(3_i64, vec![0_i64, 1, 2]), (5, vec![3, 4])] {
        let function = Function::succeeding();
        let stop = CancellationToken::new();
        let config = mapping(&broker.bootstrap(), "pay");
        let handle = Mapping::start(config, options.clone(), Arc::clone(&function), stop.clone()).unwrap();
        committed(&handle, 0, end).await;
        assert_eq!(function.offsets()[&0], expected, "what is committed wins");
        stop.cancel();
        handle.join().await;
        broker.produce_all("pay", 0, end..end + 2).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_assigned_is_logged_with_how_many_partitions_there_are() {
    let broker = Broker::with_topic("pay", 3);
    let (lines, mut logged) = tokio::sync::mpsc::unbounded_channel();
    let sink = LogSink::new(move |_, line| drop(lines.send(line)));
    let config =
        MappingConfig { system_log_level: Some(SystemLogLevel::Info), ..mapping(&broker.bootstrap(), "pay") };
    let options = EsmOptions { log_sink: Some(sink), ..quick() };
    let stop = CancellationToken::new();
    let handle = Mapping::start(config, options, Function::succeeding(), stop.clone()).unwrap();
    let assignment = async {
        loop {
            let line: serde_json::Value = serde_json::from_str(&logged.recv().await.unwrap()).unwrap();
            let connection = &line["kafkaEventSourceConnection"];
            if connection["assignedPartitionCount"] == 3 {
                return connection["totalPartitionCount"].clone();
            }
        }
    };
    assert_eq!(tokio::time::timeout(support::PATIENCE, assignment).await.unwrap(), 3);
    stop.cancel();
    handle.join().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn filtered_records_never_reach_the_function_but_are_committed() {
    let broker = Broker::with_topic("pay", 1);
    broker.produce_all("pay", 0, [r#"{"a":1}"#, r#"{"a":2}"#, r#"{"a":1}"#, r#"{"a":3}"#]).await;
    let function = Function::succeeding();
    let stop = CancellationToken::new();
    let config = MappingConfig {
        filter_patterns: vec![r#"{"value":{"a":[1]}}"#.to_owned()],
        ..mapping(&broker.bootstrap(), "pay")
    };
    let handle = Mapping::start(config, quick(), Arc::clone(&function), stop.clone()).unwrap();
    committed(&handle, 0, 4).await;
    assert_eq!(function.offsets()[&0], [0, 2]);
    assert_eq!(handle.metrics().filtered_out, 2);
    stop.cancel();
    handle.join().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_finishes_what_is_in_flight_and_goes_on_by_the_new_configuration() {
    let broker = Broker::with_topic("pay", 1);
    broker.produce_all("pay", 0, 0..4).await;
    let gate = Arc::new(Notify::new());
    let gated = Arc::clone(&gate);
    let function = Function::new(move |call, _| {
        let gate = Arc::clone(&gated);
        async move {
            if call == 0 {
                gate.notified().await;
            }
            success()
        }
    });
    let stop = CancellationToken::new();
    let config = MappingConfig { batch_size: 2, ..mapping(&broker.bootstrap(), "pay") };
    let handle = Mapping::start(config.clone(), quick(), Arc::clone(&function), stop.clone()).unwrap();
    function.wait_for_calls(1).await;
    handle.update(MappingConfig { batch_size: 1, ..config.clone() }).await.unwrap();
    assert_eq!(handle.status().await.unwrap().state, MappingState::Updating);
    let refused = handle.update(MappingConfig { batch_size: 0, ..config.clone() }).await;
    assert!(refused.is_err_and(|error| error.to_string().contains("BatchSize is 0")));
    gate.notify_one();
    committed(&handle, 0, 4).await;
    let first = function.values()[0].len();
    assert!(function.values()[1..].iter().all(|call| call.len() == 1), "{:?}", function.values());
    assert_eq!(function.offsets()[&0], [0, 1, 2, 3], "none lost, none twice (the first call had {first})");
    assert_eq!(handle.metrics().committed, 4, "counts go on");

    handle.update(MappingConfig { enabled: false, ..config.clone() }).await.unwrap();
    in_state(&handle, MappingState::Disabled).await;
    handle.update(MappingConfig { batch_size: 3, ..config }).await.unwrap();
    in_state(&handle, MappingState::Enabled).await;
    stop.cancel();
    handle.join().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_in_name_only_disturbs_nothing() {
    let broker = Broker::with_topic("pay", 1);
    let stop = CancellationToken::new();
    let config = mapping(&broker.bootstrap(), "pay");
    let handle = Mapping::start(config.clone(), quick(), Function::succeeding(), stop.clone()).unwrap();
    in_state(&handle, MappingState::Enabled).await;
    handle.update(config).await.unwrap();
    assert_eq!(handle.status().await.unwrap().state, MappingState::Enabled);
    stop.cancel();
    handle.join().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_lag_after_a_restart_counts_from_what_was_committed_before() {
    let broker = Broker::with_topic("pay", 2);
    broker.produce_all("pay", 0, 0..5).await;
    for committed_by_this_run in [Some(5), None] {
        let stop = CancellationToken::new();
        let config = mapping(&broker.bootstrap(), "pay");
        let handle = Mapping::start(config, quick(), Function::succeeding(), stop.clone()).unwrap();
        match committed_by_this_run {
            Some(end) => committed(&handle, 0, end).await,
            None => in_state(&handle, MappingState::Enabled).await,
        }
        eventually("both partitions", || async { handle.status().await.unwrap().partitions.len() == 2 })
            .await;
        let status = handle.status_with_lag().await.unwrap();
        assert_eq!(status.lag(), Some(0), "{:?}", status.partitions);
        stop.cancel();
        handle.join().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_topic_of_many_partitions_is_read_with_small_buffers() {
    let broker = Broker::with_topic("pay", 100);
    let function = Function::succeeding();
    let stop = CancellationToken::new();
    for partition in 0..100 {
        broker.produce_all("pay", partition, [partition]).await;
    }
    let config = mapping(&broker.bootstrap(), "pay");
    let handle = Mapping::start(config, quick(), Arc::clone(&function), stop.clone()).unwrap();
    function.wait_for_records(100).await;
    in_state(&handle, MappingState::Enabled).await;
    assert_eq!(function.values().concat().len(), 100, "each once");
    stop.cancel();
    handle.join().await;
}
