//! Commits: at most one on its way, the next one carries everything that came meanwhile.

use std::collections::BTreeMap;

use rdkafka::error::KafkaResult;
use rdkafka::topic_partition_list::{Offset, TopicPartitionList};

/// A commit without an answer for this long is taken for failed and repeated.
const ANSWER_MS_MAX: i64 = 10_000;

/// After a failed commit the next one waits this long.
const RETRY_MS: i64 = 200;

/// Offsets by partition.
type Offsets = BTreeMap<i32, i64>;

/// Which offsets are committed, being committed, and to be committed.
#[derive(Debug, Default)]
pub struct Commits {
    committed: Offsets,
    in_flight: Option<(Offsets, i64)>,
    dirty: Offsets,
    not_before_ms: i64,
}

impl Commits {
    /// The partition's committable offset rose.
    pub fn note(&mut self, partition: i32, offset: i64) {
        self.dirty.insert(partition, offset);
    }

    /// What was found committed when the partition was assigned.
    pub fn found(&mut self, partition: i32, offset: i64) {
        self.committed.insert(partition, offset);
    }

    /// The offset last committed or found.
    pub fn committed(&self, partition: i32) -> Option<i64> {
        self.committed.get(&partition).copied()
    }

    /// Takes what is to be committed now, if anything; `urgent` does not wait for the interval.
    pub fn take(&mut self, topic: &str, now_ms: i64, urgent: bool) -> Option<TopicPartitionList> {
        if self.due_ms(urgent)? > now_ms {
            return None;
        }
        if let Some((unanswered, _)) = self.in_flight.take() {
            self.put_back(unanswered);
        }
        let offsets = std::mem::take(&mut self.dirty);
        let mut list = TopicPartitionList::with_capacity(offsets.len());
        for (&partition, &offset) in &offsets {
            list.add_partition_offset(topic, partition, Offset::Offset(offset)).ok()?;
        }
        self.in_flight = Some((offsets, now_ms));
        Some(list)
    }

    /// When [`take`](Self::take) has something to give.
    pub fn due_ms(&self, urgent: bool) -> Option<i64> {
        match &self.in_flight {
            Some((_, since_ms)) => Some(since_ms + ANSWER_MS_MAX),
            None if self.dirty.is_empty() => None,
            None if urgent => Some(i64::MIN),
            None => Some(self.not_before_ms),
        }
    }

    /// A commit ended; returns by how much committed offsets rose.
    pub fn answered(
        &mut self,
        result: &KafkaResult<()>,
        list: &TopicPartitionList,
        now_ms: i64,
        interval_ms: i64,
    ) -> usize {
        let Some((mut offsets, _)) = self.in_flight.take() else { return 0 };
        let mut risen = 0;
        if result.is_ok() {
            for element in list.elements().iter().filter(|element| element.error().is_ok()) {
                if let Some(offset) = offsets.remove(&element.partition()) {
                    let before = self.committed.insert(element.partition(), offset).unwrap_or(offset);
                    risen += usize::try_from(offset - before).unwrap_or(0);
                }
            }
        }
        self.not_before_ms = now_ms + if offsets.is_empty() { interval_ms } else { RETRY_MS };
        self.put_back(offsets);
        risen
    }

    /// Whether anything of these partitions is not committed yet.
    pub fn is_pending(&self, partitions: &[i32]) -> bool {
        let in_flight = self.in_flight.as_ref().map(|(offsets, _)| offsets);
        partitions.iter().any(|p| self.dirty.contains_key(p) || in_flight.is_some_and(|o| o.contains_key(p)))
    }

    /// The partition is not ours any more.
    pub fn forget(&mut self, partition: i32) {
        self.committed.remove(&partition);
        self.dirty.remove(&partition);
        if let Some((offsets, _)) = &mut self.in_flight {
            offsets.remove(&partition);
        }
    }

    fn put_back(&mut self, offsets: Offsets) {
        for (partition, offset) in offsets {
            self.dirty.entry(partition).or_insert(offset);
        }
    }
}
