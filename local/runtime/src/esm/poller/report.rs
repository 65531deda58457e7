//! Answering how a mapping is doing.

use std::time::Duration;

use rdkafka::consumer::Consumer;
use tokio::sync::oneshot;

use super::session::Session;
use super::start::Shared;
use crate::esm::status::{MappingState, MappingStatus, PartitionStatus};
use crate::invoke::Invoke;

/// How long the brokers may take to tell the end of one partition.
const END_OFFSET_TIMEOUT: Duration = Duration::from_secs(2);

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
        status.partitions =
            self.engine.assigned().map(|partition| self.partition_status(partition)).collect();
        // Who asked may be gone; that is no error.
        match self.member.consumer() {
            Some(consumer) if with_lag => {
                tokio::task::spawn_blocking(move || {
                    for partition in &mut status.partitions {
                        let ends =
                            consumer.fetch_watermarks(&status.topic, partition.partition, END_OFFSET_TIMEOUT);
                        let Ok((start, end)) = ends else { continue };
                        partition.lag = Some(end - partition.committed.unwrap_or(start).max(start));
                    }
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
