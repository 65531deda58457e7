//! One assigned partition: assigned → consuming → draining → gone.

use std::collections::VecDeque;

use super::action::Condition;
use super::job::JobId;
use crate::esm::event::Envelope;
use crate::esm::offsets::OffsetTracker;
use crate::esm::record::Record;

/// What the engine knows of a partition while it is assigned.
#[derive(Debug)]
pub struct Partition {
    /// Which assignment this is; records of an earlier one are not ours to commit.
    pub epoch: u64,
    /// Set on revocation: nothing new is taken or delivered.
    pub draining: bool,
    /// The job that holds the partition.
    pub held_by: Option<JobId>,
    /// What is finished.
    pub tracker: OffsetTracker,
    /// The committable offset told last.
    pub told: Option<i64>,
    buffer: VecDeque<Waiting>,
    buffer_bytes: usize,
}

#[derive(Debug)]
struct Waiting {
    record: Record,
    since_ms: i64,
    refused: Option<Condition>,
}

impl Partition {
    /// A partition that was just assigned.
    pub fn new(epoch: u64) -> Self {
        Self {
            epoch,
            draining: false,
            held_by: None,
            tracker: OffsetTracker::default(),
            told: None,
            buffer: VecDeque::new(),
            buffer_bytes: 0,
        }
    }

    /// Whether a batch may take from it.
    pub fn is_ready(&self) -> bool {
        self.held_by.is_none() && !self.draining && !self.buffer.is_empty()
    }

    /// Appends a record.
    pub fn push(&mut self, record: Record, now_ms: i64) {
        self.append(Waiting { record, since_ms: now_ms, refused: None });
    }

    /// Appends a record that must not be delivered.
    pub fn refuse(&mut self, record: Record, condition: Condition, now_ms: i64) {
        self.append(Waiting { record, since_ms: now_ms, refused: Some(condition) });
    }

    fn append(&mut self, waiting: Waiting) {
        self.buffer_bytes += Envelope::record_bytes(&waiting.record);
        self.buffer.push_back(waiting);
    }

    /// Takes the oldest record.
    pub fn pop(&mut self) -> Option<Record> {
        let waiting = self.buffer.pop_front()?;
        self.buffer_bytes -= Envelope::record_bytes(&waiting.record);
        Some(waiting.record)
    }

    /// Why the oldest record cannot be delivered, if it cannot.
    pub fn front_doom(&self, envelope: &Envelope) -> Option<Condition> {
        let front = self.buffer.front()?;
        let is_oversize = || envelope.is_oversize(&front.record);
        front.refused.or_else(|| is_oversize().then_some(Condition::MaximumPayloadSizeExceeded))
    }

    /// The oldest record.
    pub fn front(&self) -> Option<&Record> {
        self.buffer.front().map(|waiting| &waiting.record)
    }

    /// Since when the oldest record waits, in epoch milliseconds.
    pub fn waits_since_ms(&self) -> Option<i64> {
        self.buffer.front().map(|waiting| waiting.since_ms)
    }

    /// Records that wait.
    pub fn buffered(&self) -> usize {
        self.buffer.len()
    }

    /// Bytes that the waiting records would take in an event.
    pub const fn buffered_bytes(&self) -> usize {
        self.buffer_bytes
    }

    /// Forgets what waits: whoever owns the partition next reads it again.
    pub fn clear(&mut self) {
        self.buffer.clear();
        self.buffer_bytes = 0;
    }
}
