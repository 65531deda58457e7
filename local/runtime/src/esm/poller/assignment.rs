//! Where a partition without a committed offset starts.
//!
//! `LATEST` and `AT_TIMESTAMP` are resolved to an offset once, when the partition is first
//! assigned, and that offset is committed at once: with librdkafka's own reset policy a restart
//! before the first commit would jump to a *newer* end and lose what came in between. `TRIM_HORIZON` is
//! what that policy does by itself, unless the properties say otherwise: then it is said for each partition.

use rdkafka::consumer::{BaseConsumer, ConsumerContext};
use rdkafka::error::{KafkaError, KafkaResult};
use rdkafka::topic_partition_list::{Offset, TopicPartitionList};
use rdkafka::types::RDKafkaErrorCode;

use super::scaling::{committed, offsets};
use crate::esm::config::StartingPosition;

/// Fills in the start of every partition that has no committed offset; returns those whose start has to be
/// committed at once. Blocks.
///
/// # Errors
/// The brokers did not answer, or not for every partition: none may start anywhere else.
pub fn position<C: ConsumerContext>(
    consumer: &BaseConsumer<C>,
    partitions: &mut TopicPartitionList,
    starting: StartingPosition,
) -> KafkaResult<Vec<(i32, i64)>> {
    let Some(topic) = partitions.elements().first().map(|element| element.topic().to_owned()) else {
        return Ok(Vec::new());
    };
    let numbers: Vec<i32> = partitions.elements().iter().map(|element| element.partition()).collect();
    let before = committed(consumer, &topic, &numbers)?;
    let fresh: Vec<i32> = numbers.into_iter().filter(|number| !before.contains_key(number)).collect();
    if starting == StartingPosition::TrimHorizon {
        for &partition in &fresh {
            partitions.set_partition_offset(&topic, partition, Offset::Beginning)?;
        }
        return Ok(Vec::new());
    }
    let mut starts = match starting {
        StartingPosition::AtTimestamp(at_ms) => offsets(consumer, &topic, &fresh, Offset::Offset(at_ms))?,
        _ => Default::default(),
    };
    // Nothing is as young as the time, or nothing but what comes from now on is wanted.
    let at_end: Vec<i32> = fresh.iter().copied().filter(|number| !starts.contains_key(number)).collect();
    starts.extend(offsets(consumer, &topic, &at_end, Offset::End)?);
    for &partition in &fresh {
        let unknown = KafkaError::OffsetFetch(RDKafkaErrorCode::UnknownPartition);
        let offset = *starts.get(&partition).ok_or(unknown)?;
        partitions.set_partition_offset(&topic, partition, Offset::Offset(offset))?;
    }
    Ok(starts.into_iter().collect())
}
