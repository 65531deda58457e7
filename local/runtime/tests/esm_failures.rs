//! What a mapping does with records that fail, against a broker.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests fail by panicking")]

#[path = "esm/support/mod.rs"]
mod support;

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use esm_local::esm::config::{DestinationArn, MappingConfig, OnFailureDestination};
use esm_local::esm::{EsmOptions, Mapping, StartError};
use rdkafka::Message;
use rdkafka::types::{RDKafkaApiKey, RDKafkaRespErr};
use support::broker::{Broker, text};
use support::function::{Function, Seen, failing, function_error, success};
use support::{committed, mapping, quick};
use tokio_util::sync::CancellationToken;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_failed_records_are_retried_and_later_ones_wait_for_them() {
    let broker = Broker::with_topic("pay", 1);
    broker.produce_all("pay", 0, 0..6).await;
    // The first two times, however the records fall into batches.
    let seen_before = Mutex::new(HashMap::<String, usize>::new());
    let flaky = move |seen: &Seen| {
        let mut times = seen_before.lock().unwrap();
        let times = times.entry(seen.value.clone()).or_default();
        *times += 1;
        (seen.value == "1" || seen.value == "4") && *times <= 2
    };
    let function = Function::new(move |_, records| {
        let outcome = failing("pay", &records, &flaky);
        async move { outcome }
    });
    let stop = CancellationToken::new();
    let config = MappingConfig { batch_size: 6, ..mapping(&broker.bootstrap(), "pay") };
    let handle = Mapping::start(config, quick(), Arc::clone(&function), stop.clone()).unwrap();
    let failed_twice =
        |calls: &[Vec<Seen>]| calls.iter().flatten().filter(|seen| seen.value == "4").count() >= 2;
    function.wait_for("the second failure of 4", failed_twice).await;
    broker.produce_all("pay", 0, [6]).await;
    committed(&handle, 0, 7).await;
    let delivered: Vec<String> = function.values().concat();
    for (record, times) in [("0", 1), ("1", 3), ("2", 1), ("3", 1), ("4", 3), ("5", 1), ("6", 1)] {
        assert_eq!(
            delivered.iter().filter(|value| **value == record).count(),
            times,
            "{record}: {delivered:?}"
        );
    }
    let last_retry = delivered.iter().rposition(|value| value == "4").unwrap();
    assert!(delivered.iter().position(|value| value == "6").unwrap() > last_retry, "{delivered:?}");
    stop.cancel();
    handle.join().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_poison_record_is_bisected_out_and_goes_to_the_destination() {
    let broker = Broker::with_topic("pay", 1);
    broker.create_topic("dlq", 1);
    broker.produce_all("pay", 0, ["a", "b", "poison", "d", "e"]).await;
    let function = Function::new(|_, records| async move {
        if records.iter().any(|seen| seen.value == "poison") { function_error() } else { success() }
    });
    let stop = CancellationToken::new();
    let config = MappingConfig {
        bisect_batch_on_function_error: true,
        maximum_retry_attempts: Some(2),
        on_failure: Some(OnFailureDestination::KafkaTopic("dlq".to_owned())),
        ..mapping(&broker.bootstrap(), "pay")
    };
    let handle = Mapping::start(config, quick(), Arc::clone(&function), stop.clone()).unwrap();
    committed(&handle, 0, 5).await;
    let letters = broker.read("dlq", 0, 1).await;
    assert_eq!(letters[0].key(), Some(b"k".as_slice()), "the record's own key");
    let letter: serde_json::Value = serde_json::from_str(&text(&letters[0])).unwrap();
    assert_eq!(letter["requestContext"]["condition"], "RetriesExhausted");
    assert_eq!(letter["KafkaBatchInfo"]["recordInfo"]["offset"], "2");
    assert_eq!(letter["payload"]["records"]["pay-0"][0]["offset"], 2);
    let alone = function.values().iter().filter(|call| **call == ["poison"]).count();
    assert_eq!(alone, 3, "one attempt and two retries once it stands alone: {:?}", function.values());
    assert_eq!(handle.metrics().destination_delivered, 1);
    assert_eq!(handle.metrics().dropped, 0);
    stop.cancel();
    handle.join().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn exhausted_attempts_send_each_failed_record_and_the_partition_goes_on() {
    let broker = Broker::with_topic("pay", 1);
    broker.create_topic("dlq", 1);
    broker.produce_all("pay", 0, 0..4).await;
    let function = Function::new(|_, records| async move {
        failing("pay", &records, |seen| seen.value == "1" || seen.value == "3")
    });
    let stop = CancellationToken::new();
    let config = MappingConfig {
        batch_size: 4,
        maximum_retry_attempts: Some(1),
        on_failure: Some(OnFailureDestination::KafkaTopic("dlq".to_owned())),
        ..mapping(&broker.bootstrap(), "pay")
    };
    let handle = Mapping::start(config, quick(), Arc::clone(&function), stop.clone()).unwrap();
    committed(&handle, 0, 4).await;
    let offsets: Vec<serde_json::Value> = broker
        .read("dlq", 0, 2)
        .await
        .iter()
        .map(|letter| serde_json::from_str::<serde_json::Value>(&text(letter)).unwrap())
        .map(|letter| letter["KafkaBatchInfo"]["recordInfo"]["offset"].clone())
        .collect();
    assert_eq!(offsets, ["1", "3"]);
    broker.produce_all("pay", 0, [4]).await;
    committed(&handle, 0, 5).await;
    stop.cancel();
    handle.join().await;
}

/// Nothing succeeds, and what fails goes to the topic `dlq` at once.
fn failing_to_topic(broker: &Broker) -> MappingConfig {
    MappingConfig {
        maximum_retry_attempts: Some(0),
        on_failure: Some(OnFailureDestination::KafkaTopic("dlq".to_owned())),
        ..mapping(&broker.bootstrap(), "pay")
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_its_topic_can_never_take_is_dropped_and_holds_up_nothing() {
    let broker = Broker::with_topic("pay", 1);
    broker.create_topic("dlq", 1);
    let large = "x".repeat(8_000);
    broker.produce_all("pay", 0, ["small", large.as_str(), "small"]).await;
    let function = Function::new(|_, _| async { function_error() });
    let stop = CancellationToken::new();
    let kafka_properties = vec![("message.max.bytes".to_owned(), "4000".to_owned())];
    let options = EsmOptions { kafka_properties, ..quick() };
    let handle = Mapping::start(failing_to_topic(&broker), options, function, stop.clone()).unwrap();
    committed(&handle, 0, 3).await;
    let metrics = handle.metrics();
    assert_eq!((metrics.destination_delivered, metrics.dropped, metrics.destination_error), (2, 1, 1));
    let offsets: Vec<serde_json::Value> = broker
        .read("dlq", 0, 2)
        .await
        .iter()
        .map(|letter| serde_json::from_str::<serde_json::Value>(&text(letter)).unwrap())
        .map(|letter| letter["KafkaBatchInfo"]["recordInfo"]["offset"].clone())
        .collect();
    assert_eq!(offsets, ["0", "2"]);
    stop.cancel();
    handle.join().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_too_large_in_company_is_delivered_alone() {
    let broker = Broker::with_topic("pay", 1);
    broker.create_topic("dlq", 1);
    broker.produce_all("pay", 0, 0..3).await;
    broker.fail_next(RDKafkaApiKey::Produce, RDKafkaRespErr::RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE);
    let function = Function::new(|_, _| async { function_error() });
    let stop = CancellationToken::new();
    let handle = Mapping::start(failing_to_topic(&broker), quick(), function, stop.clone()).unwrap();
    committed(&handle, 0, 3).await;
    let metrics = handle.metrics();
    assert_eq!((metrics.destination_delivered, metrics.dropped, metrics.destination_error), (3, 0, 0));
    stop.cancel();
    handle.join().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_attempts_or_destination_records_are_dropped_and_counted() {
    let broker = Broker::with_topic("pay", 1);
    broker.produce_all("pay", 0, 0..3).await;
    let attempts = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&attempts);
    let function = Function::new(move |_, records| {
        counted.fetch_add(records.len(), Ordering::Relaxed);
        async { function_error() }
    });
    let stop = CancellationToken::new();
    let config = MappingConfig { maximum_retry_attempts: Some(1), ..mapping(&broker.bootstrap(), "pay") };
    let handle = Mapping::start(config, quick(), function, stop.clone()).unwrap();
    committed(&handle, 0, 3).await;
    assert_eq!(attempts.load(Ordering::Relaxed), 6);
    let metrics = handle.metrics();
    assert_eq!((metrics.polled, metrics.invoked, metrics.failed_invoke, metrics.dropped), (3, 6, 6, 3));
    let status = handle.status().await.unwrap();
    assert_eq!(status.last_error.as_deref(), Some("Oops: as the test says"));
    stop.cancel();
    handle.join().await;
}

#[tokio::test]
async fn what_cannot_be_run_is_said_at_the_start() {
    let start = |config: MappingConfig| {
        Mapping::start(config, quick(), Function::succeeding(), CancellationToken::new()).err()
    };
    let base = || mapping("127.0.0.1:1", "pay");
    let queue = DestinationArn::parse("arn:aws:sqs:us-east-1:123456789012:q").unwrap();
    let arn = OnFailureDestination::Arn(queue);
    let own = OnFailureDestination::KafkaTopic("pay".to_owned());
    assert!(matches!(
        start(MappingConfig { on_failure: Some(arn), ..base() }),
        Some(StartError::NoPlace { .. })
    ));
    assert!(matches!(
        start(MappingConfig { on_failure: Some(own), ..base() }),
        Some(StartError::DestinationIsSource { .. })
    ));
    assert!(matches!(start(MappingConfig { batch_size: 0, ..base() }), Some(StartError::BatchSize { .. })));
    let filter_patterns = vec!["nonsense".to_owned()];
    assert!(matches!(start(MappingConfig { filter_patterns, ..base() }), Some(StartError::Filter { .. })));
}
