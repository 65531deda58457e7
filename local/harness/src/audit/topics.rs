//! Reading offsets and records.

use std::time::{Duration, Instant};

use gateway_wire::RecordOrigin;
use rdkafka::consumer::{BaseConsumer, Consumer as _};
use rdkafka::error::KafkaError;
use rdkafka::message::BorrowedMessage;
use rdkafka::{ClientConfig, Message as _, Offset, TopicPartitionList};

use super::{Partition, Reader, Record};
use crate::gateway::Failure;

/// How long the brokers may take for one answer, and for the next record.
const PATIENCE: Duration = Duration::from_secs(15);

/// Reads all of the readers' topics: offsets first, then records up to the end as it is then.
pub(crate) fn read(brokers: &str, readers: &[Reader]) -> Result<Vec<Partition>, Failure> {
    let mut partitions = Vec::new();
    for reader in readers {
        partitions.extend(offsets(brokers, reader).map_err(|error| failed(&reader.topic, &error))?);
    }
    for partition in &mut partitions {
        partition.records = records(brokers, partition)?;
    }
    Ok(partitions)
}

fn failed(topic: &str, error: &KafkaError) -> Failure {
    Failure(format!("audit: {topic}: {error}"))
}

/// A consumer that joins no group: it only asks and is assigned.
fn consumer(brokers: &str, group: &str) -> Result<BaseConsumer, KafkaError> {
    ClientConfig::new()
        .set("bootstrap.servers", brokers)
        .set("group.id", group)
        .set("enable.auto.commit", "false")
        .set("enable.auto.offset.store", "false")
        .set("auto.offset.reset", "error")
        .create()
}

fn offsets(brokers: &str, reader: &Reader) -> Result<Vec<Partition>, KafkaError> {
    let consumer = consumer(brokers, &reader.group)?;
    let metadata = consumer.fetch_metadata(Some(&reader.topic), PATIENCE)?;
    let numbers: Vec<i32> =
        metadata.topics().iter().flat_map(|topic| topic.partitions()).map(|it| it.id()).collect();
    let mut wanted = TopicPartitionList::new();
    for number in &numbers {
        wanted.add_partition(&reader.topic, *number);
    }
    let committed = consumer.committed_offsets(wanted, PATIENCE)?;
    numbers
        .into_iter()
        .map(|partition| {
            let (low, high) = consumer.fetch_watermarks(&reader.topic, partition, PATIENCE)?;
            let known = committed.find_partition(&reader.topic, partition).map(|it| it.offset());
            let committed = if let Some(Offset::Offset(offset)) = known { offset } else { low };
            Ok(Partition {
                topic: reader.topic.clone(),
                partition,
                low,
                high,
                committed,
                records: Vec::new(),
            })
        })
        .collect()
}

fn records(brokers: &str, partition: &mut Partition) -> Result<Vec<Record>, Failure> {
    let to_failure = |error: KafkaError| failed(&partition.topic, &error);
    let consumer = consumer(brokers, "audit").map_err(to_failure)?;
    // What was produced since the offsets were read may be the outcome of a record before them.
    let (low, high) =
        consumer.fetch_watermarks(&partition.topic, partition.partition, PATIENCE).map_err(to_failure)?;
    let mut found = Vec::new();
    if low == high {
        return Ok(found);
    }
    let mut from = TopicPartitionList::new();
    from.add_partition_offset(&partition.topic, partition.partition, Offset::Offset(low))
        .map_err(to_failure)?;
    consumer.assign(&from).map_err(to_failure)?;
    let mut deadline = Instant::now() + PATIENCE;
    loop {
        match consumer.poll(Duration::from_millis(100)) {
            Some(Ok(message)) => {
                deadline = Instant::now() + PATIENCE;
                let last = message.offset() + 1 >= high;
                found.push(record(&message));
                if last {
                    return Ok(found);
                }
            }
            Some(Err(error)) => return Err(to_failure(error)),
            None if Instant::now() > deadline => {
                let (topic, number) = (&partition.topic, partition.partition);
                return Err(Failure(format!("audit: {topic}-{number} stays silent before its end, {high}")));
            }
            None => {}
        }
    }
}

fn record(message: &BorrowedMessage<'_>) -> Record {
    let origin = RecordOrigin {
        topic: message.topic().to_owned(),
        partition: message.partition(),
        offset: message.offset(),
    };
    Record { origin, value: message.payload().map(<[u8]>::to_vec) }
}
