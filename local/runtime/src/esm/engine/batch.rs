//! When a batch is due, and what goes into it.
//!
//! Due: a full `BatchSize`, a full 6 MB, or the window (or the patience) over since the oldest record came. A
//! batch takes from the partitions in the order in which their oldest records came, as many as fit.

use std::collections::{BTreeMap, VecDeque};

use super::action::Condition;
use super::partition::Partition;
use super::piece::{Group, Piece};
use crate::esm::event::Envelope;
use crate::esm::limits::PAYLOAD_BYTES_MAX;

/// The assigned partitions by number.
pub type Partitions = BTreeMap<i32, Partition>;

/// When batches are due and how large they get.
#[derive(Debug, Clone, Copy)]
pub struct Batching {
    /// `BatchSize`.
    pub records_max: usize,
    /// `MaximumBatchingWindowInSeconds`, in milliseconds.
    pub window_ms: i64,
    /// How long batches that are not full gather at least, because others go first now.
    pub patience_ms: i64,
}

impl Batching {
    /// When the next batch is due, in epoch milliseconds: in the past where it already is.
    pub fn due_ms(&self, partitions: &Partitions, envelope: &Envelope) -> Option<i64> {
        let ready = || partitions.values().filter(|partition| partition.is_ready());
        let oldest_ms = ready().filter_map(Partition::waits_since_ms).min()?;
        let records: usize = ready().map(Partition::buffered).sum();
        let bytes: usize = ready().map(|p| p.buffered_bytes() + envelope.group_bytes()).sum();
        let full = records >= self.records_max || envelope.base_bytes() + bytes >= PAYLOAD_BYTES_MAX;
        let window_ms = self.window_ms.max(self.patience_ms);
        Some(if full { oldest_ms } else { oldest_ms.saturating_add(window_ms) })
    }

    /// Takes a batch from the partitions that are ready. A record that cannot be delivered (too
    /// large, or unreadable by its schema) makes a piece of its own, given up from the start.
    pub fn gather(&self, partitions: &mut Partitions, envelope: &Envelope) -> Piece {
        let mut piece = Piece::default();
        let bytes = PAYLOAD_BYTES_MAX.saturating_sub(envelope.base_bytes());
        let mut room = Room { records: self.records_max, bytes, is_full: false };
        for number in oldest_first(partitions) {
            let Some(partition) = partitions.get_mut(&number) else { continue };
            if let Some(condition) = partition.front_doom(envelope) {
                if piece.groups.is_empty() {
                    return doomed(number, partition, condition);
                }
                continue;
            }
            let records = room.fill(partition, envelope);
            if !records.is_empty() {
                piece.groups.push(Group { partition: number, epoch: partition.epoch, records });
            }
            if room.is_full {
                break;
            }
        }
        piece
    }
}

fn oldest_first(partitions: &Partitions) -> Vec<i32> {
    let mut order: Vec<_> = partitions
        .iter()
        .filter(|(_, partition)| partition.is_ready())
        .map(|(&number, partition)| (partition.waits_since_ms(), number))
        .collect();
    order.sort_unstable();
    order.into_iter().map(|(_, number)| number).collect()
}

fn doomed(number: i32, partition: &mut Partition, condition: Condition) -> Piece {
    let records: VecDeque<_> = partition.pop().into_iter().collect();
    Piece {
        groups: vec![Group { partition: number, epoch: partition.epoch, records }],
        doom: Some(condition),
        ..Piece::default()
    }
}

/// What still fits into the event.
struct Room {
    records: usize,
    bytes: usize,
    is_full: bool,
}

impl Room {
    fn fill(
        &mut self,
        partition: &mut Partition,
        envelope: &Envelope,
    ) -> VecDeque<crate::esm::record::Record> {
        let mut taken = VecDeque::new();
        let mut bytes_needed = envelope.group_bytes();
        while let Some(next) = partition.front() {
            if partition.front_doom(envelope).is_some() {
                break;
            }
            bytes_needed += Envelope::record_bytes(next);
            if self.records == 0 || bytes_needed > self.bytes {
                self.is_full = true;
                break;
            }
            self.records -= 1;
            self.bytes -= bytes_needed;
            bytes_needed = 0;
            taken.extend(partition.pop());
        }
        taken
    }
}
