//! The producer against librdkafka's own mock brokers.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests fail by panicking")]

use std::time::{Duration, Instant};

use gateway_kafka::{KafkaConfig, KafkaLog};
use gateway_ports::log::{MessageLog as _, OutgoingRecord};
use rdkafka::ClientConfig;
use rdkafka::consumer::{BaseConsumer, Consumer as _};
use rdkafka::message::{Headers as _, Message as _, OwnedMessage};
use rdkafka::mocking::MockCluster;
use rdkafka::producer::DefaultProducerContext;
use rdkafka::topic_partition_list::{Offset, TopicPartitionList};
use rdkafka::types::{RDKafkaApiKey, RDKafkaRespErr};

const TOPIC: &str = "order_queue";
const PARTITIONS: i32 = 3;

type Cluster = MockCluster<'static, DefaultProducerContext>;

fn cluster() -> Cluster {
    let cluster = MockCluster::new(1).unwrap();
    cluster.create_topic(TOPIC, PARTITIONS, 1).unwrap();
    cluster
}

fn config(cluster: &Cluster) -> KafkaConfig {
    KafkaConfig::plain(cluster.bootstrap_servers())
}

fn record(key: &str, value: usize) -> OutgoingRecord {
    let headers = vec![("traceparent".to_owned(), format!("trace-{value}"))];
    OutgoingRecord { topic: TOPIC, key: key.to_owned(), value: value.to_string().into_bytes(), headers }
}

/// The first `count` records of all partitions, in order within each.
fn consume(cluster: &Cluster, count: usize) -> Vec<OwnedMessage> {
    let consumer: BaseConsumer = ClientConfig::new()
        .set("bootstrap.servers", cluster.bootstrap_servers())
        .set("group.id", "reader")
        .create()
        .unwrap();
    let mut partitions = TopicPartitionList::new();
    for partition in 0..PARTITIONS {
        partitions.add_partition_offset(TOPIC, partition, Offset::Beginning).unwrap();
    }
    consumer.assign(&partitions).unwrap();
    let deadline = Instant::now() + Duration::from_secs(20);
    let mut messages = Vec::new();
    while messages.len() < count && Instant::now() < deadline {
        if let Some(message) = consumer.poll(Duration::from_millis(50)) {
            messages.push(message.unwrap().detach());
        }
    }
    assert_eq!(messages.len(), count);
    messages
}

fn number(message: &OwnedMessage) -> usize {
    std::str::from_utf8(message.payload().unwrap()).unwrap().parse().unwrap()
}

#[tokio::test]
async fn a_batch_is_delivered_with_keys_in_order_and_headers_kept() {
    let cluster = cluster();
    let log = KafkaLog::new(config(&cluster)).unwrap();
    let records = (0..60).map(|n| record(&format!("reservation-{}", n % 7), n)).collect();
    let answers = log.produce(records).await;
    assert!(answers.iter().all(Result::is_ok), "{answers:?}");

    let messages = consume(&cluster, 60);
    for key in 0..7 {
        let key = format!("reservation-{key}");
        let of_key: Vec<_> =
            messages.iter().filter(|message| message.key() == Some(key.as_bytes())).collect();
        assert!(of_key.is_sorted_by_key(|message| number(message)), "{key}");
        assert!(of_key.windows(2).all(|pair| pair[0].partition() == pair[1].partition()), "{key}");
    }
    for message in &messages {
        let n = number(message);
        let delivered = answers[n].as_ref().unwrap();
        assert_eq!((delivered.partition, delivered.offset), (message.partition(), message.offset()));
        let header = message.headers().unwrap().get(0);
        assert_eq!((header.key, header.value), ("traceparent", Some(format!("trace-{n}").as_bytes())));
    }
}

#[tokio::test]
async fn a_full_queue_is_waited_for() {
    let cluster = cluster();
    let log = KafkaLog::new(KafkaConfig { queue_len_max: 3, ..config(&cluster) }).unwrap();
    let answers = log.produce((0..100).map(|n| record("one", n)).collect()).await;
    let offsets: Vec<_> = answers.into_iter().map(|answer| answer.unwrap().offset).collect();
    assert_eq!(offsets, (0..100).collect::<Vec<_>>());
}

#[tokio::test]
async fn passing_broker_errors_are_not_seen() {
    let cluster = cluster();
    let log = KafkaLog::new(config(&cluster)).unwrap();
    cluster.request_errors(
        RDKafkaApiKey::Produce,
        &[
            RDKafkaRespErr::RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION,
            RDKafkaRespErr::RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT,
        ],
    );
    assert!(log.produce(vec![record("a", 1)]).await[0].is_ok());
    assert_eq!(consume(&cluster, 1).len(), 1);
}

#[tokio::test]
async fn a_refused_topic_is_permanent_and_the_producer_recovers_once_it_is_allowed() {
    let cluster = cluster();
    let log = KafkaLog::new(config(&cluster)).unwrap();
    cluster.request_errors(
        RDKafkaApiKey::Produce,
        &[RDKafkaRespErr::RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED],
    );
    let error = log.produce(vec![record("a", 1)]).await.remove(0).unwrap_err();
    assert!(!error.is_transient());
    assert!(error.message.contains(TOPIC), "{error}");

    assert!(log.produce(vec![record("a", 2)]).await[0].is_ok());
}

#[tokio::test]
async fn an_oversized_record_harms_only_what_follows_under_its_key() {
    let cluster = cluster();
    let log = KafkaLog::new(config(&cluster)).unwrap();
    let oversized = OutgoingRecord { value: vec![b'x'; 2_000_000], ..record("a", 0) };
    let answers = log.produce(vec![oversized, record("a", 1), record("b", 2)]).await;
    assert!(!answers[0].as_ref().unwrap_err().is_transient());
    assert!(answers[1].as_ref().unwrap_err().is_transient());
    assert!(answers[2].is_ok());
}

#[tokio::test]
async fn brokers_that_are_away_are_waited_for_no_longer_than_the_delivery_timeout() {
    let cluster = cluster();
    let delivery_timeout = Duration::from_millis(700);
    let log = KafkaLog::new(KafkaConfig { delivery_timeout, ..config(&cluster) }).unwrap();
    cluster.broker_down(-1).unwrap();
    let error = log.produce(vec![record("a", 1)]).await.remove(0).unwrap_err();
    assert!(error.is_transient(), "{error}");

    cluster.broker_up(-1).unwrap();
    let log = KafkaLog::new(config(&cluster)).unwrap();
    assert!(log.produce(vec![record("a", 2)]).await[0].is_ok());
}
