//! librdkafka's mock cluster, without the pause before a group's first rebalance.
#![allow(unsafe_code, reason = "the mock's rebalance delay is settable through the C API only")]

use std::time::Duration;

use rdkafka::ClientConfig;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::message::{Message, OwnedHeaders, OwnedMessage};
use rdkafka::producer::{FutureProducer, FutureRecord, Producer};
use rdkafka::topic_partition_list::{Offset, TopicPartitionList};
use rdkafka::types::{RDKafkaApiKey, RDKafkaRespErr};

/// A running mock cluster; ends when dropped.
pub struct Broker {
    producer: FutureProducer,
}

impl Broker {
    /// Starts one.
    pub fn start() -> Self {
        let producer: FutureProducer =
            ClientConfig::new().set("test.mock.num.brokers", "1").set("linger.ms", "0").create().unwrap();
        let cluster =
            unsafe { rdkafka::bindings::rd_kafka_handle_mock_cluster(producer.client().native_ptr()) };
        assert!(!cluster.is_null());
        unsafe { rdkafka::bindings::rd_kafka_mock_group_initial_rebalance_delay_ms(cluster, 0) };
        Self { producer }
    }

    /// A broker with one topic.
    pub fn with_topic(topic: &str, partitions: i32) -> Self {
        let broker = Self::start();
        broker.create_topic(topic, partitions);
        broker
    }

    /// Creates a topic.
    pub fn create_topic(&self, topic: &str, partitions: i32) {
        self.producer.client().mock_cluster().unwrap().create_topic(topic, partitions, 1).unwrap();
    }

    /// Answers the next request of this kind by an error.
    pub fn fail_next(&self, request: RDKafkaApiKey, error: RDKafkaRespErr) {
        self.producer.client().mock_cluster().unwrap().request_errors(request, &[error]);
    }

    /// Where clients connect to.
    pub fn bootstrap(&self) -> String {
        self.producer.client().mock_cluster().unwrap().bootstrap_servers()
    }

    /// Produces a record and waits for its acknowledgement.
    pub async fn produce(&self, topic: &str, partition: i32, key: &str, value: &str) {
        let record = FutureRecord::to(topic).partition(partition).key(key).payload(value);
        let record = record.headers(OwnedHeaders::new());
        self.producer.send(record, Duration::from_secs(5)).await.unwrap();
    }

    /// Produces a record as a client does that compresses its batches.
    pub async fn produce_compressed(&self, topic: &str, partition: i32, codec: &str, value: &str) {
        let producer: FutureProducer = ClientConfig::new()
            .set("bootstrap.servers", self.bootstrap())
            .set("compression.type", codec)
            .create()
            .unwrap();
        let record = FutureRecord::to(topic).partition(partition).key("k").payload(value);
        producer.send(record, Duration::from_secs(5)).await.unwrap();
    }

    /// Produces `values` into one partition, in order, under the key `k`.
    pub async fn produce_all<V: ToString>(
        &self,
        topic: &str,
        partition: i32,
        values: impl IntoIterator<Item = V>,
    ) {
        let values: Vec<String> = values.into_iter().map(|v| v.to_string()).collect();
        let sends = values.iter().map(|value| self.produce(topic, partition, "k", value));
        futures::future::join_all(sends).await;
    }

    /// The offset that a group has committed.
    pub async fn committed(&self, group: &str, topic: &str, partition: i32) -> Option<i64> {
        let (bootstrap, group, topic) = (self.bootstrap(), group.to_owned(), topic.to_owned());
        tokio::task::spawn_blocking(move || {
            let consumer: BaseConsumer = ClientConfig::new()
                .set("bootstrap.servers", bootstrap)
                .set("group.id", group)
                .create()
                .unwrap();
            let mut list = TopicPartitionList::new();
            list.add_partition(&topic, partition);
            let committed = consumer.committed_offsets(list, Duration::from_secs(10)).unwrap();
            match committed.find_partition(&topic, partition).unwrap().offset() {
                Offset::Offset(offset) => Some(offset),
                _ => None,
            }
        })
        .await
        .unwrap()
    }

    /// The first `count` records of a partition.
    pub async fn read(&self, topic: &str, partition: i32, count: usize) -> Vec<OwnedMessage> {
        let (bootstrap, topic) = (self.bootstrap(), topic.to_owned());
        let reading = tokio::task::spawn_blocking(move || {
            let consumer: BaseConsumer = ClientConfig::new()
                .set("bootstrap.servers", bootstrap)
                .set("group.id", "reader")
                .set("fetch.wait.max.ms", "10")
                .create()
                .unwrap();
            let mut list = TopicPartitionList::new();
            list.add_partition_offset(&topic, partition, Offset::Beginning).unwrap();
            consumer.assign(&list).unwrap();
            consumer.iter().filter_map(Result::ok).map(|m| m.detach()).take(count).collect()
        });
        tokio::time::timeout(super::PATIENCE, reading).await.expect("records in time").unwrap()
    }
}

/// A message's value as text.
pub fn text(message: &OwnedMessage) -> String {
    String::from_utf8(message.payload().unwrap().to_vec()).unwrap()
}
