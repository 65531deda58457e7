//! What stands in the topics, beneath the API.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use gateway_wire::topics;
use harness::Endpoints;
use rdkafka::consumer::{BaseConsumer, Consumer as _};
use rdkafka::message::{BorrowedMessage, Headers as _};
use rdkafka::{ClientConfig, Message as _, Offset, TopicPartitionList};

use crate::SOON;

/// A record.
#[derive(Debug, Clone)]
pub struct Seen {
    /// Its topic.
    pub topic: String,
    /// Its headers.
    pub headers: BTreeMap<String, String>,
    /// Its value, which is JSON.
    pub value: String,
}

/// A place in every topic of the gateway: what is produced later is read from there.
pub struct Mark {
    brokers: String,
    from: Vec<(String, i32, i64)>,
}

impl Mark {
    /// The ends of all topics now.
    pub fn now(endpoints: &Endpoints) -> Self {
        let brokers = endpoints.kafka.clone();
        Self { from: ends(&consumer(&brokers)), brokers }
    }

    /// The records since whose value names `id`, in order within each partition.
    pub fn records_about(&self, id: &str) -> Vec<Seen> {
        let consumer = consumer(&self.brokers);
        let mut left: BTreeMap<(String, i32), i64> = BTreeMap::new();
        let mut assigned = TopicPartitionList::new();
        for ((topic, partition, from), (_, _, end)) in self.from.iter().zip(ends(&consumer)) {
            if *from < end {
                left.insert((topic.clone(), *partition), end);
                assigned.add_partition_offset(topic, *partition, Offset::Offset(*from)).unwrap();
            }
        }
        consumer.assign(&assigned).unwrap();
        let deadline = Instant::now() + SOON;
        let mut found = Vec::new();
        while !left.is_empty() {
            assert!(Instant::now() < deadline, "the topics stay silent before their ends: {left:?}");
            let Some(message) = consumer.poll(Duration::from_millis(100)) else { continue };
            let message = message.unwrap();
            let place = (message.topic().to_owned(), message.partition());
            if left.get(&place).is_some_and(|end| message.offset() + 1 >= *end) {
                left.remove(&place);
            }
            found.extend(Some(seen(&message)).filter(|record| record.value.contains(id)));
        }
        found
    }
}

fn consumer(brokers: &str) -> BaseConsumer {
    let mut config = ClientConfig::new();
    config.set("bootstrap.servers", brokers).set("group.id", "e2e").set("enable.auto.commit", "false");
    config.create().unwrap()
}

/// Each partition with its end, in the order of topics and partitions.
fn ends(consumer: &BaseConsumer) -> Vec<(String, i32, i64)> {
    let mut ends = Vec::new();
    for topic in topics::ALL {
        let metadata = consumer.fetch_metadata(Some(topic), SOON).unwrap();
        let mut partitions: Vec<_> =
            metadata.topics().iter().flat_map(|topic| topic.partitions()).map(|it| it.id()).collect();
        partitions.sort_unstable();
        for partition in partitions {
            let (_, end) = consumer.fetch_watermarks(topic, partition, SOON).unwrap();
            ends.push((topic.to_owned(), partition, end));
        }
    }
    ends
}

fn seen(message: &BorrowedMessage<'_>) -> Seen {
    let text = |bytes: Option<&[u8]>| String::from_utf8_lossy(bytes.unwrap_or_default()).into_owned();
    let headers = message
        .headers()
        .map(|headers| headers.iter().map(|header| (header.key.to_owned(), text(header.value))).collect());
    Seen {
        topic: message.topic().to_owned(),
        headers: headers.unwrap_or_default(),
        value: text(message.payload()),
    }
}
