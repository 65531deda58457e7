//! Records reach the function as AWS delivers them, and offsets follow.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests fail by panicking")]

#[path = "esm/support/mod.rs"]
mod support;

use std::sync::Arc;
use std::time::Duration;

use esm_local::esm::Mapping;
use esm_local::esm::config::MappingConfig;
use esm_local::invoke::{Invocation, Invoke, InvokeOutcome};
use support::broker::Broker;
use support::function::{Function, function_error, success};
use support::{committed, eventually, mapping, quick};
use tokio_util::sync::CancellationToken;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn records_are_delivered_and_committed() {
    let broker = Broker::with_topic("pay", 3);
    for partition in 0..3 {
        broker.produce_all("pay", partition, 0..20).await;
    }
    let function = Function::succeeding();
    let stop = CancellationToken::new();
    let config = mapping(&broker.bootstrap(), "pay");
    let handle = Mapping::start(config, quick(), Arc::clone(&function), stop.clone()).unwrap();
    function.wait_for_records(60).await;
    for partition in 0..3 {
        committed(&handle, partition, 20).await;
        assert_eq!(function.offsets()[&partition], (0..20).collect::<Vec<_>>());
        assert_eq!(broker.committed("group-pay", "pay", partition).await, Some(20));
    }
    let event = &function.events()[0];
    assert_eq!(event["eventSource"], "SelfManagedKafka");
    assert_eq!(event["bootstrapServers"], broker.bootstrap());
    stop.cancel();
    handle.join().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_others_go_first_batches_gather_beyond_an_empty_window() {
    let broker = Broker::with_topic("pay", 1);
    broker.produce_all("pay", 0, ["a"]).await;
    let function = Function::succeeding();
    let stop = CancellationToken::new();
    let config = MappingConfig { batch_size: 2, ..mapping(&broker.bootstrap(), "pay") };
    assert_eq!(config.maximum_batching_window, Duration::ZERO);
    let invoker = Arc::new(YieldsToOthers(Arc::clone(&function)));
    let handle = Mapping::start(config, quick(), invoker, stop.clone()).unwrap();
    eventually("the first record is there", || async { handle.metrics().polled == 1 }).await;
    broker.produce_all("pay", 0, ["b"]).await;
    committed(&handle, 0, 2).await;
    assert_eq!(function.values(), [["a", "b"]]);
    stop.cancel();
    handle.join().await;
}

/// For longer than the test may take.
struct YieldsToOthers(Arc<Function>);

impl Invoke for YieldsToOthers {
    async fn invoke(&self, invocation: Invocation) -> InvokeOutcome {
        self.0.invoke(invocation).await
    }

    fn patience(&self, _function: &str) -> Duration {
        Duration::from_secs(3600)
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_compression_that_producers_know_is_read() {
    let broker = Broker::with_topic("pay", 1);
    // Long and even enough that it is worth compressing: else batches are sent as they are.
    let value = "paid ".repeat(1_000);
    let codecs = ["gzip", "snappy", "lz4", "zstd"];
    for codec in codecs {
        broker.produce_compressed("pay", 0, codec, &value).await;
    }
    let function = Function::succeeding();
    let stop = CancellationToken::new();
    let config = mapping(&broker.bootstrap(), "pay");
    let handle = Mapping::start(config, quick(), Arc::clone(&function), stop.clone()).unwrap();
    function.wait_for_records(codecs.len()).await;
    assert!(function.values().into_iter().flatten().all(|seen| seen == value));
    stop.cancel();
    handle.join().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_failed_batch_is_retried_until_it_succeeds() {
    let broker = Broker::with_topic("pay", 1);
    broker.produce_all("pay", 0, ["a", "b"]).await;
    let function =
        Function::new(|call, _| async move { if call < 3 { function_error() } else { success() } });
    let stop = CancellationToken::new();
    let config = mapping(&broker.bootstrap(), "pay");
    let handle = Mapping::start(config, quick(), Arc::clone(&function), stop.clone()).unwrap();
    committed(&handle, 0, 2).await;
    assert_eq!(function.values(), vec![vec!["a", "b"]; 4]);
    stop.cancel();
    handle.join().await;
}
