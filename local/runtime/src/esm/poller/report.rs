//! Answering how a mapping is doing.

use rdkafka::consumer::ConsumerContext;
use rdkafka::consumer::base_consumer::BaseConsumer;
use rdkafka::topic_partition_list::Offset;
use tokio::sync::oneshot;

use super::scaling::{committed, offsets};
use super::session::Session;
use super::start::Shared;
use crate::esm::status::{MappingState, MappingStatus, PartitionStatus};
use crate::invoke::Invoke;

impl<I> Shared<I> {
    /// The status of a mapping that reads nothing.
    pub fn status(&self, state: MappingState) -> MappingStatus {
        let health = self.health();
        MappingStatus {
            id: self.config.id.clone(),
            uuid: self.config.uuid.clone(),
            function: self.config.function.clone(),
            topic: self.config.topic.clone(),
            consumer_group_id: self.config.consumer_group_id.clone(),
            state,
            invocations_in_flight: 0,
            pollers: None,
            last_processing_result: health.last_result,
            last_error: health.last_error,
            partitions: Vec::new(),
            metrics: self.metrics.snapshot(),
        }
    }
}

impl<I: Invoke> Session<I> {
    /// Answers at once, or after the brokers told the partitions' ends.
    pub(super) fn report(&self, with_lag: bool, reply: oneshot::Sender<MappingStatus>) {
        let mut status = self.shared.status(self.state);
        status.invocations_in_flight = self.engine.invocations();
        status.pollers = self.scaling.pollers(self.engine.assigned().count());
        status.partitions =
            self.engine.assigned().map(|partition| self.partition_status(partition)).collect();
        // Who asked may be gone; that is no error.
        match self.member.consumer() {
            Some(consumer) if with_lag => {
                tokio::task::spawn_blocking(move || {
                    fill_in_lag(&consumer, &mut status);
                    drop(reply.send(status));
                });
            }
            _ => drop(reply.send(status)),
        }
    }

    fn partition_status(&self, partition: i32) -> PartitionStatus {
        let (buffered, unfinished) = self.engine.depth(partition);
        let committed = self.commits.committed(partition);
        PartitionStatus { partition, committed, buffered, unfinished, lag: None }
    }
}

/// Records after the committed offset, or after the beginning where nothing is committed.
fn fill_in_lag<C: ConsumerContext>(consumer: &BaseConsumer<C>, status: &mut MappingStatus) {
    let numbers: Vec<i32> = status.partitions.iter().map(|partition| partition.partition).collect();
    let Ok(ends) = offsets(consumer, &status.topic, &numbers, Offset::End) else { return };
    // After a restart, a partition without anything new has been committed by an earlier session.
    let unknown = status.partitions.iter().filter(|partition| partition.committed.is_none());
    let unknown: Vec<i32> = unknown.map(|partition| partition.partition).collect();
    let before = committed(consumer, &status.topic, &unknown).unwrap_or_default();
    let fresh: Vec<i32> = unknown.into_iter().filter(|number| !before.contains_key(number)).collect();
    let beginnings = offsets(consumer, &status.topic, &fresh, Offset::Beginning).unwrap_or_default();
    for partition in &mut status.partitions {
        partition.committed = partition.committed.or_else(|| before.get(&partition.partition).copied());
        let start = partition.committed.or_else(|| beginnings.get(&partition.partition).copied());
        let end = ends.get(&partition.partition);
        partition.lag = end.zip(start).map(|(end, start)| (end - start).max(0));
    }
}
