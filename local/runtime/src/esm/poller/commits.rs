//! Commits: at most one on its way, the next one carries everything that came meanwhile.
//!
//! The client reports the end of an asynchronous commit to nobody (its event interface has no
//! callback for it), so commits are synchronous, on a thread that may block.

use std::collections::BTreeMap;

use rdkafka::topic_partition_list::{Offset, TopicPartitionList};

/// After a failed commit the next one waits this long.
const RETRY_MS: i64 = 200;

/// Offsets by partition.
type Offsets = BTreeMap<i32, i64>;

/// Which offsets are committed, being committed, and to be committed.
#[derive(Debug, Default)]
pub struct Commits {
    committed: Offsets,
    in_flight: Option<Offsets>,
    dirty: Offsets,
    not_before_ms: i64,
    failed_last: bool,
}

impl Commits {
    /// The partition's committable offset rose.
    pub fn note(&mut self, partition: i32, offset: i64) {
        self.dirty.insert(partition, offset);
    }

    /// A record was read: what is known to be committed, where nothing else is.
    pub fn found(&mut self, partition: i32, offset: i64) {
        self.committed.entry(partition).or_insert(offset);
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
        let offsets = std::mem::take(&mut self.dirty);
        let mut list = TopicPartitionList::with_capacity(offsets.len());
        for (&partition, &offset) in &offsets {
            list.add_partition_offset(topic, partition, Offset::Offset(offset)).ok()?;
        }
        self.in_flight = Some(offsets);
        Some(list)
    }

    /// When [`take`](Self::take) has something to give.
    pub fn due_ms(&self, urgent: bool) -> Option<i64> {
        match &self.in_flight {
            Some(_) => None,
            None if self.dirty.is_empty() => None,
            None if urgent && !self.failed_last => Some(i64::MIN),
            None => Some(self.not_before_ms),
        }
    }

    /// The commit on its way ended; returns by how much committed offsets rose.
    pub fn answered(&mut self, succeeded: bool, now_ms: i64, interval_ms: i64) -> usize {
        let offsets = self.in_flight.take().unwrap_or_default();
        self.failed_last = !succeeded;
        if !succeeded {
            self.not_before_ms = now_ms + RETRY_MS;
            for (partition, offset) in offsets {
                self.dirty.entry(partition).or_insert(offset);
            }
            return 0;
        }
        self.not_before_ms = now_ms + interval_ms;
        offsets.into_iter().map(|(partition, offset)| self.rise(partition, offset)).sum()
    }

    fn rise(&mut self, partition: i32, offset: i64) -> usize {
        let before = self.committed.insert(partition, offset).unwrap_or(offset);
        usize::try_from(offset - before).unwrap_or(0)
    }

    /// Whether anything of these partitions is not committed yet.
    pub fn is_pending(&self, partitions: &[i32]) -> bool {
        let in_flight = self.in_flight.as_ref();
        partitions.iter().any(|p| self.dirty.contains_key(p) || in_flight.is_some_and(|o| o.contains_key(p)))
    }

    /// The partition is not ours any more.
    pub fn forget(&mut self, partition: i32) {
        self.committed.remove(&partition);
        self.dirty.remove(&partition);
        if let Some(offsets) = &mut self.in_flight {
            offsets.remove(&partition);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(commits: &mut Commits, now_ms: i64, urgent: bool) -> Option<Vec<(i32, i64)>> {
        let list = commits.take("t", now_ms, urgent)?;
        let raw = |offset: Offset| offset.to_raw().unwrap();
        Some(list.elements().iter().map(|e| (e.partition(), raw(e.offset()))).collect())
    }

    #[test]
    fn one_commit_is_on_its_way_and_the_next_carries_the_rest() {
        let mut commits = Commits::default();
        commits.found(0, 3);
        commits.note(0, 5);
        assert_eq!(taken(&mut commits, 0, false), Some(vec![(0, 5)]));
        commits.note(0, 6);
        commits.note(1, 9);
        commits.note(0, 7);
        assert_eq!(taken(&mut commits, 0, true), None, "one is on its way");
        assert!(commits.is_pending(&[0]));
        assert_eq!(commits.answered(true, 0, 50), 2);
        assert_eq!(taken(&mut commits, 49, false), None, "not before the interval");
        assert_eq!(taken(&mut commits, 49, true), Some(vec![(0, 7), (1, 9)]));
        assert_eq!(commits.answered(true, 60, 50), 2, "what was committed first is unknown: no rise");
        assert_eq!((commits.committed(0), commits.committed(1)), (Some(7), Some(9)));
        assert!(!commits.is_pending(&[0, 1]));
    }

    #[test]
    fn a_failed_commit_is_repeated_after_a_wait_unless_overtaken() {
        let mut commits = Commits::default();
        commits.note(0, 5);
        commits.note(1, 5);
        taken(&mut commits, 0, false);
        commits.note(1, 6);
        assert_eq!(commits.answered(false, 0, 50), 0);
        assert_eq!(taken(&mut commits, RETRY_MS - 1, true), None, "not even when urgent");
        assert_eq!(taken(&mut commits, RETRY_MS, true), Some(vec![(0, 5), (1, 6)]));
    }

    #[test]
    fn nothing_of_a_forgotten_partition_is_committed() {
        let mut commits = Commits::default();
        commits.note(0, 5);
        commits.note(1, 5);
        commits.forget(0);
        assert_eq!(taken(&mut commits, 0, false), Some(vec![(1, 5)]));
        commits.forget(1);
        assert!(!commits.is_pending(&[0, 1]));
        commits.answered(false, 0, 0);
        assert_eq!(commits.due_ms(true), None);
    }
}
