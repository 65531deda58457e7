//! Kafka in memory: topics of partitions of records.

use std::collections::{BTreeMap, HashSet, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use gateway_ports::PortError;
use gateway_ports::log::{Delivered, MessageLog, OutgoingRecord};

/// [`MessageLog`] without brokers: appends at once, keeps everything, lets itself be read and failed.
#[derive(Debug)]
pub struct MemoryLog {
    partitions: usize,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    topics: BTreeMap<&'static str, Vec<Vec<OutgoingRecord>>>,
    failures: VecDeque<String>,
}

/// A record and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoggedRecord {
    /// The partition and the offset in it.
    pub at: Delivered,
    /// What was produced.
    pub record: OutgoingRecord,
}

impl MemoryLog {
    /// A log whose topics have `partitions` partitions each, at least one.
    #[must_use]
    pub fn new(partitions: usize) -> Self {
        Self { partitions: partitions.max(1), state: Mutex::default() }
    }

    /// The next `count` records are not appended but fail transiently with `reason`.
    pub fn fail_next(&self, count: usize, reason: &str) {
        self.state().failures.extend(std::iter::repeat_n(reason.to_owned(), count));
    }

    /// How many partitions each topic has.
    #[must_use]
    pub fn partitions(&self) -> usize {
        self.partitions
    }

    /// The records of a partition from `offset` on, at most `limit`.
    #[must_use]
    pub fn read(&self, topic: &str, partition: usize, offset: usize, limit: usize) -> Vec<LoggedRecord> {
        let state = self.state();
        let records = state.topics.get(topic).and_then(|partitions| partitions.get(partition));
        let records = records.and_then(|records| records.get(offset..)).unwrap_or_default();
        let numbered = records.iter().take(limit).zip(offset..);
        numbered.map(|(record, offset)| logged(partition, offset, record)).collect()
    }

    /// How many records a partition has: its next offset.
    #[must_use]
    pub fn end(&self, topic: &str, partition: usize) -> usize {
        let state = self.state();
        state.topics.get(topic).and_then(|partitions| partitions.get(partition)).map_or(0, Vec::len)
    }

    /// All records of a topic, partition by partition.
    #[must_use]
    pub fn records(&self, topic: &str) -> Vec<LoggedRecord> {
        (0..self.partitions).flat_map(|partition| self.read(topic, partition, 0, usize::MAX)).collect()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Appends one record at once.
    pub fn append(&self, record: OutgoingRecord) -> Delivered {
        let partition = partition_of(record.key.as_bytes(), self.partitions);
        let mut state = self.state();
        let topic = state.topics.entry(record.topic).or_insert_with(|| vec![Vec::new(); self.partitions]);
        topic[partition].push(record);
        position(partition, topic[partition].len() - 1)
    }
}

impl Default for MemoryLog {
    /// Six partitions a topic, as deployed.
    fn default() -> Self {
        Self::new(6)
    }
}

impl MessageLog for MemoryLog {
    async fn produce(&self, records: Vec<OutgoingRecord>) -> Vec<Result<Delivered, PortError>> {
        let mut blocked = HashSet::new();
        let produce = records.into_iter().map(|record| {
            let key = (record.topic, record.key.clone());
            if blocked.contains(&key) {
                return Err(PortError::transient("held back: an earlier one of the key failed"));
            }
            if let Some(reason) = self.state().failures.pop_front() {
                blocked.insert(key);
                return Err(PortError::transient(reason));
            }
            Ok(self.append(record))
        });
        produce.collect()
    }
}

fn logged(partition: usize, offset: usize, record: &OutgoingRecord) -> LoggedRecord {
    LoggedRecord { at: position(partition, offset), record: record.clone() }
}

fn position(partition: usize, offset: usize) -> Delivered {
    Delivered {
        partition: i32::try_from(partition).unwrap_or(i32::MAX),
        offset: i64::try_from(offset).unwrap_or(i64::MAX),
    }
}

/// Where Kafka's own clients put a key: MurmurHash2 without its sign bit, modulo the partitions.
#[must_use]
pub fn partition_of(key: &[u8], partitions: usize) -> usize {
    (murmur2(key) & 0x7fff_ffff) as usize % partitions
}

/// MurmurHash2 by Austin Appleby, with the seed of Kafka's Java client.
fn murmur2(data: &[u8]) -> u32 {
    const M: u32 = 0x5bd1_e995;
    let (words, tail) = data.as_chunks::<4>();
    // Kafka's keys are shorter than 4 GiB.
    let mut hash = 0x9747_b28c_u32 ^ data.len() as u32;
    for word in words {
        let mut k = u32::from_le_bytes(*word).wrapping_mul(M);
        k = (k ^ (k >> 24)).wrapping_mul(M);
        hash = hash.wrapping_mul(M) ^ k;
    }
    if !tail.is_empty() {
        let rest = tail.iter().rev().fold(0, |rest, byte| rest << 8 | u32::from(*byte));
        hash = (hash ^ rest).wrapping_mul(M);
    }
    hash = (hash ^ (hash >> 13)).wrapping_mul(M);
    hash ^ (hash >> 15)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(key: &str, value: u8) -> OutgoingRecord {
        OutgoingRecord { topic: "order_queue", key: key.into(), value: vec![value], headers: vec![] }
    }

    #[test]
    fn keys_hash_as_in_kafkas_own_client() {
        // From the unit tests of Kafka and librdkafka.
        for (key, hash) in [
            ("kafka", 0xd067_cf64),
            ("giberish123456789", 0x8f55_2b0c),
            ("1234", 0x9fc9_7b14),
            ("234", 0xe7c0_09ca),
            ("34", 0x8739_30da),
            ("4", 0x5a4b_5ca1),
            ("", 0x106e_08d9),
        ] {
            assert_eq!(murmur2(key.as_bytes()), hash, "{key}");
        }
    }

    #[tokio::test]
    async fn records_of_a_key_stand_in_one_partition_in_order() {
        let log = MemoryLog::default();
        let answers = log.produce(vec![record("a", 1), record("b", 2), record("a", 3)]).await;
        let at: Vec<_> = answers.into_iter().map(Result::unwrap).collect();
        assert_eq!(at[0].partition, at[2].partition);
        assert!(at[0].offset < at[2].offset);
        let partition = partition_of(b"a", log.partitions());
        let values: Vec<_> = log.read("order_queue", partition, 0, 9).into_iter().map(|r| r.record).collect();
        let of_a: Vec<_> = values.into_iter().filter(|record| record.key == "a").collect();
        assert_eq!(of_a, [record("a", 1), record("a", 3)]);
        assert_eq!(log.records("order_queue").len(), 3);
    }

    #[tokio::test]
    async fn a_failed_record_holds_back_what_follows_under_its_key() {
        let log = MemoryLog::default();
        log.fail_next(1, "broker away");
        let answers = log.produce(vec![record("a", 1), record("b", 2), record("a", 3)]).await;
        assert_eq!(answers.iter().map(Result::is_ok).collect::<Vec<_>>(), [false, true, false]);
        assert_eq!(log.records("order_queue").len(), 1);
    }
}
