//! Giving partitions away: assigned → consuming → draining → complete.

use rdkafka::topic_partition_list::TopicPartitionList;

use super::context::release;
use super::session::Session;
use crate::esm::status::MappingState;
use crate::invoke::Invoke;

/// Partitions that the group takes back, until they are drained and committed.
#[derive(Debug)]
pub struct Revocation {
    list: TopicPartitionList,
    partitions: Vec<i32>,
    /// What is still in flight then is left to the next owner, in epoch milliseconds.
    pub deadline_ms: i64,
}

impl<I: Invoke> Session<I> {
    /// Starts draining; of lost partitions nothing may be committed, so they end at once.
    pub(super) fn on_revoked(&mut self, list: TopicPartitionList, lost: bool) {
        let partitions: Vec<i32> = list.elements().iter().map(|element| element.partition()).collect();
        tracing::info!(topic = self.shared.config.topic, ?partitions, lost, "partitions revoked");
        let deadline_ms = if lost { i64::MIN } else { self.drain_deadline_ms() };
        if lost {
            self.generation += 1;
        }
        partitions.iter().for_each(|&partition| self.engine.drain(partition));
        self.revocations.push_back(Revocation { list, partitions, deadline_ms });
    }

    /// Stops taking records in; ends when everything in flight is finished and committed. Told again,
    /// only the state changes, not the time that is left.
    pub(super) fn begin_stop(&mut self, state: MappingState) {
        self.state = state;
        let deadline_ms = self.drain_deadline_ms();
        self.stop_by_ms.get_or_insert(deadline_ms);
        let assigned: Vec<i32> = self.engine.assigned().collect();
        assigned.into_iter().for_each(|partition| self.engine.drain(partition));
    }

    /// Whether offsets should be committed without delay.
    pub(super) fn is_letting_go(&self) -> bool {
        self.stop_by_ms.is_some() || !self.revocations.is_empty()
    }

    /// Answers the revocations whose partitions are drained and committed, or whose time is over.
    pub(super) fn go_on_letting_go(&mut self) {
        let now_ms = self.shared.clock.now_ms();
        while let Some(first) = self.revocations.front() {
            let complete = self.is_complete(&first.partitions);
            if !complete && now_ms < first.deadline_ms {
                return;
            }
            let Some(revocation) = self.revocations.pop_front() else { return };
            self.complete(&revocation);
        }
    }

    /// Whether the session has nothing left to do.
    pub(super) fn is_over(&self) -> bool {
        let stopped = self.stop_by_ms.is_some_and(|by_ms| {
            let assigned: Vec<i32> = self.engine.assigned().collect();
            self.is_complete(&assigned) || self.shared.clock.now_ms() >= by_ms
        });
        self.failure.is_some() || stopped
    }

    fn is_complete(&self, partitions: &[i32]) -> bool {
        partitions.iter().all(|&partition| self.engine.is_drained(partition))
            && !self.commits.is_pending(partitions)
    }

    fn complete(&mut self, revocation: &Revocation) {
        for &partition in &revocation.partitions {
            self.intakes.remove(&partition);
            self.engine.forget(partition);
            self.commits.forget(partition);
        }
        let Some(consumer) = self.member.consumer() else { return };
        if let Err(error) = release(&consumer, &revocation.list) {
            self.failure = Some(format!("cannot give partitions back: {error}"));
        }
        self.limit_invocations();
    }

    fn drain_deadline_ms(&self) -> i64 {
        self.shared.clock.after(self.shared.options.drain_timeout)
    }
}
