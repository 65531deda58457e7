//! Where a partition without a committed offset starts.
//!
//! `LATEST` and `AT_TIMESTAMP` are resolved to an offset once, when the partition is first
//! assigned, and that offset is committed at once: with librdkafka's own reset policy a restart
//! before the first commit would jump to a *newer* end and lose what came in between.

use std::time::Duration;

use rdkafka::consumer::{BaseConsumer, Consumer, ConsumerContext};
use rdkafka::error::KafkaResult;
use rdkafka::topic_partition_list::{Offset, TopicPartitionList};

use crate::esm::config::StartingPosition;

/// How long the brokers may take to answer one question.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(10);

/// Fills in the start of every partition that has no committed offset; returns those. Blocks.
pub fn position<C: ConsumerContext>(
    consumer: &BaseConsumer<C>,
    partitions: &mut TopicPartitionList,
    starting: StartingPosition,
) -> KafkaResult<Vec<(i32, i64)>> {
    if starting == StartingPosition::TrimHorizon {
        return Ok(Vec::new());
    }
    let committed = consumer.committed_offsets(partitions.clone(), ANSWER_TIMEOUT)?;
    let fresh: Vec<(String, i32)> = committed
        .elements()
        .iter()
        .filter(|element| !matches!(element.offset(), Offset::Offset(_)))
        .map(|element| (element.topic().to_owned(), element.partition()))
        .collect();
    let mut started = Vec::with_capacity(fresh.len());
    for (topic, partition) in fresh {
        let offset = start_offset(consumer, &topic, partition, starting)?;
        partitions.set_partition_offset(&topic, partition, Offset::Offset(offset))?;
        started.push((partition, offset));
    }
    Ok(started)
}

fn start_offset<C: ConsumerContext>(
    consumer: &BaseConsumer<C>,
    topic: &str,
    partition: i32,
    starting: StartingPosition,
) -> KafkaResult<i64> {
    if let StartingPosition::AtTimestamp(at_ms) = starting {
        let mut times = TopicPartitionList::new();
        times.add_partition_offset(topic, partition, Offset::Offset(at_ms))?;
        let found = consumer.offsets_for_times(times, ANSWER_TIMEOUT)?;
        if let Some(Offset::Offset(offset)) = found.find_partition(topic, partition).map(|e| e.offset()) {
            return Ok(offset);
        }
    }
    consumer.fetch_watermarks(topic, partition, ANSWER_TIMEOUT).map(|(_, end)| end)
}
