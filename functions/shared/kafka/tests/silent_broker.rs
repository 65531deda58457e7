//! A connection that went silent, as one does that was idle while its environment was frozen: no answer, no end.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail by panicking")]

use std::sync::Arc;
use std::time::{Duration, Instant};

use gateway_conformance::network::{Eavesdropper, Network};
use gateway_kafka::{KafkaConfig, KafkaLog};
use gateway_ports::log::{MessageLog as _, OutgoingRecord};
use rdkafka::mocking::MockCluster;

const TOPIC: &str = "order_queue";

/// Makes clients take the proxy for the one broker itself.
struct InsteadOfBroker {
    port: u16,
}

impl Eavesdropper for InsteadOfBroker {
    /// Metadata name a broker by its host, as text, and its port in four bytes behind it.
    fn server_sends(&self, bytes: &mut [u8], port: u16) {
        let named = [&b"127.0.0.1"[..], &u32::from(self.port).to_be_bytes()].concat();
        let ours = [&b"127.0.0.1"[..], &u32::from(port).to_be_bytes()].concat();
        for start in 0..bytes.len().saturating_sub(named.len() - 1) {
            let part = &mut bytes[start..start + named.len()];
            if part == named {
                part.copy_from_slice(&ours);
            }
        }
    }
}

fn record(value: &str) -> Vec<OutgoingRecord> {
    vec![OutgoingRecord { topic: TOPIC, key: "k".to_owned(), value: value.into(), headers: vec![] }]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_that_went_silent_is_replaced_within_one_call() {
    let cluster = MockCluster::new(1).unwrap();
    cluster.create_topic(TOPIC, 1, 1).unwrap();
    let broker = cluster.bootstrap_servers();
    let port = broker.rsplit(':').next().unwrap().parse().unwrap();
    let network = Network::before(broker, Arc::new(InsteadOfBroker { port })).await;
    let config = KafkaConfig::plain(format!("127.0.0.1:{}", network.port()));
    let delivery_timeout = config.delivery_timeout;
    let log = KafkaLog::new(config).unwrap();
    let first = log.produce(record("before")).await.remove(0).unwrap();
    let made = network.made();

    network.silence_what_stands();
    let asked = Instant::now();
    let second = log.produce(record("after")).await.remove(0).unwrap();
    assert!(asked.elapsed() < delivery_timeout, "{:?}", asked.elapsed());
    assert_eq!((first.offset, second.offset), (0, 1), "written once");
    assert!(network.made() > made, "over a new connection");

    // And that one is as good as any.
    let asked = Instant::now();
    assert_eq!(log.produce(record("later")).await.remove(0).unwrap().offset, 2);
    assert!(asked.elapsed() < Duration::from_secs(2), "{:?}", asked.elapsed());
}
