//! Hostile records on the real topics: each is finished with, none is lost, and what came behind them is
//! served.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests fail by panicking")]

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use e2e::{Shop, eventually};
use gateway_hostile::{HostileRecord, records};
use gateway_wire::topics;
use harness::{audit, card};
use proptest::strategy::{Strategy as _, ValueTree as _};
use proptest::test_runner::TestRunner;
use rdkafka::ClientConfig;
use rdkafka::message::{Header, OwnedHeaders};
use rdkafka::producer::{FutureProducer, FutureRecord};
use serde_json::Value;

/// Batches of up to twelve records that each topic gets.
const BATCHES: usize = 12;
/// Each topic with its golden messages.
const EXAMPLES: [(&str, &[&str]); 6] = [
    (topics::ORDER_QUEUE, &[include_str!("../../../events/golden/payment-requested.json")]),
    (topics::PROCESS_PURCHASES, &[include_str!("../../../events/golden/attempt-requested.json")]),
    (
        topics::PURCHASES_PROCESSED,
        &[
            include_str!("../../../events/golden/attempt-completed-authorized.json"),
            include_str!("../../../events/golden/attempt-completed-declined.json"),
        ],
    ),
    (topics::PAYMENT_RETRY, &[include_str!("../../../events/golden/retry-requested-unknown.json")]),
    (topics::PAYMENT_DLQ, &[include_str!("../../../events/golden/dead-letter.json")]),
    (
        topics::PRODUCT_CHANGES,
        &[
            r#"{"id":"01JB3Q0000000000000000009Z","name":"Hostil","price":"19.9000","available":2,"version":1}"#,
        ],
    ),
];

/// The same records each time; the key is the golden messages' reservation.
fn hostile(examples: &[&str]) -> Vec<HostileRecord> {
    let mut runner = TestRunner::deterministic();
    let strategy = records(examples, "01M83VVAE004HMASW9NF6YY002");
    (0..BATCHES).flat_map(|_| strategy.new_tree(&mut runner).unwrap().current()).collect()
}

async fn produce(
    producer: &FutureProducer,
    topic: &str,
    HostileRecord { key, value, headers }: &HostileRecord,
) {
    let headers = headers
        .iter()
        .fold(OwnedHeaders::new(), |all, (name, value)| all.insert(Header { key: name, value: Some(value) }));
    let mut record = FutureRecord::<[u8], [u8]>::to(topic).headers(headers);
    record.key = key.as_deref();
    record.payload = value.as_deref();
    producer.send(record, Duration::from_secs(10)).await.unwrap();
}

/// Records of each topic that no mapping has finished with yet.
async fn lags(runtime: &str) -> BTreeMap<String, i64> {
    let mappings: Value =
        reqwest::get(format!("{runtime}/_runtime/mappings")).await.unwrap().json().await.unwrap();
    let mappings = mappings.as_array().or_else(|| mappings["mappings"].as_array()).unwrap();
    let lag = |mapping: &Value| {
        let partitions = mapping["partitions"].as_array().unwrap();
        partitions.iter().map(|partition| partition["lag"].as_i64().unwrap_or(i64::MAX)).max().unwrap_or(0)
    };
    mappings.iter().map(|mapping| (mapping["topic"].as_str().unwrap().to_owned(), lag(mapping))).collect()
}

#[tokio::test]
async fn every_hostile_record_is_finished_with_and_none_is_lost() {
    let shop = Shop::open(1).await;
    let mut config = ClientConfig::new();
    let producer: FutureProducer = config
        .set("bootstrap.servers", &shop.endpoints.kafka)
        .set("partitioner", "murmur2_random")
        .create()
        .unwrap();
    for (topic, examples) in EXAMPLES {
        for record in hostile(examples) {
            produce(&producer, topic, &record).await;
        }
    }

    let (payment, _) = shop.buy(card::APPROVED).await;
    assert_eq!(payment["status"], "AUTHORIZED", "behind all of them: {payment}");
    eventually("the end of every lag", async || {
        let lags = lags(&shop.endpoints.runtime).await;
        lags.values().all(|lag| *lag == 0).then_some(())
    })
    .await;
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let (template, parameters) = (root.join("infra/template.yaml"), root.join("local/parameters.yaml"));
    let report = audit::run(&shop.endpoints, &template, &parameters).await.unwrap();
    assert!(report.unexplained.is_empty(), "{report}");
}
