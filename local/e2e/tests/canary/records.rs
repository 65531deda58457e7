//! Every record of every topic, Kafka's and Connect's own included.

use std::time::Duration;

use harness::Endpoints;
use rdkafka::ClientConfig;
use rdkafka::consumer::{BaseConsumer, Consumer as _};
use rdkafka::error::KafkaError;
use rdkafka::message::{BorrowedMessage, Headers as _, Message as _};
use rdkafka::{Offset, TopicPartitionList};

use crate::sweep::Sweep;

const WAIT: Duration = Duration::from_secs(30);

/// Read as they are stored and then unpacked, since a batch may be compressed in a segment.
pub fn look(sweep: &mut Sweep<'_>, endpoints: &Endpoints) {
    let mut config = ClientConfig::new();
    config
        .set("bootstrap.servers", &endpoints.kafka)
        .set("group.id", "canary")
        .set("enable.auto.commit", "false");
    let consumer: BaseConsumer = config.set("enable.partition.eof", "true").create().unwrap();
    let metadata = consumer.fetch_metadata(None, WAIT).unwrap();
    for topic in metadata.topics() {
        for partition in topic.partitions() {
            look_at_partition(sweep, &consumer, topic.name(), partition.id());
        }
    }
}

fn look_at_partition(sweep: &mut Sweep<'_>, consumer: &BaseConsumer, topic: &str, partition: i32) {
    let (low, high) = consumer.fetch_watermarks(topic, partition, WAIT).unwrap();
    if low == high {
        return;
    }
    let mut from_the_start = TopicPartitionList::new();
    from_the_start.add_partition_offset(topic, partition, Offset::Beginning).unwrap();
    consumer.assign(&from_the_start).unwrap();
    loop {
        match consumer.poll(WAIT).expect("a record or the end of the partition") {
            Ok(message) => look_at_record(sweep, &message),
            Err(KafkaError::PartitionEOF(_)) => return,
            Err(error) => panic!("{topic} {partition}: {error}"),
        }
    }
}

fn look_at_record(sweep: &mut Sweep<'_>, message: &BorrowedMessage<'_>) {
    let place = format!("{} {} {}", message.topic(), message.partition(), message.offset());
    let headers = message.headers().into_iter().flat_map(|headers| headers.iter()).filter_map(|it| it.value);
    for bytes in [message.key(), message.payload()].into_iter().flatten().chain(headers) {
        sweep.look("records", &place, bytes);
    }
}
