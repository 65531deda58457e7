//! The mapping's decisions, without a broker, a function or a clock.
//!
//! Records, outcomes and the time go in; [`Action`]s come out of [`Engine::next_action`]. The
//! pollers and the simulation drive the same engine.
//!
//! ```text
//!   push ─► partition buffers ─► batch ─► job: Deliver ─► invocation_finished
//!                 ▲                       │ ▲                  │
//!                 │ partition free        │ └── Retry, Bisect ─┤
//!                 │                       └── SendToDestination, Drop
//!                 └──────────── records finished ─► tracker ─► Commit
//! ```
//!
//! Invariants: a partition is in at most one job; its records reach the function in offset
//! order; only a contiguous finished prefix is committed; a record is finished when it succeeded,
//! was filtered out, reached the destination, or was dropped where no destination can take it.

mod action;
mod batch;
mod decide;
mod drain;
mod job;
mod letter;
mod partition;
mod piece;
mod resolve;
mod start;

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

pub use action::{Action, Condition, Delivery, Letter, Span};
use batch::{Batching, Partitions};
pub use decide::{Decision, Failure, Policy, Tally, decide};
pub use job::JobId;
use job::{Job, Phase};
use letter::LetterHead;
use partition::Partition;
pub use resolve::Resolution;

use super::backoff::{Backoff, Random};
use super::config::MappingConfig;
use super::event::Envelope;
use super::limits::{PAYLOAD_BYTES_MAX, READ_AHEAD_BYTES_MAX, UNFINISHED_RECORDS_MAX};
use super::record::Record;

/// What the engine takes from [`EsmOptions`](super::EsmOptions).
#[derive(Debug, Clone, Copy)]
pub struct EngineOptions {
    /// Invocations at the same time, at most; each partition is in one of them at most.
    pub concurrent_invocations_max: usize,
    /// Waits between attempts.
    pub backoff: Backoff,
    /// For jitter and request ids.
    pub seed: u64,
}

/// One mapping's state between the topic and the function.
#[derive(Debug)]
pub struct Engine {
    envelope: Envelope,
    letter_head: LetterHead,
    reports_items: bool,
    policy: Policy,
    batching: Batching,
    concurrent_invocations_max: usize,
    random: Random,
    partitions: Partitions,
    jobs: BTreeMap<JobId, Job>,
    actions: VecDeque<Action>,
    last_job: u64,
    last_epoch: u64,
}

impl Engine {
    /// An engine without partitions.
    pub fn new(config: &MappingConfig, options: EngineOptions) -> Self {
        Self {
            envelope: Envelope::new(config),
            letter_head: LetterHead::new(config),
            reports_items: config.report_batch_item_failures,
            policy: Policy::new(config, options.backoff),
            batching: Batching {
                records_max: config.batch_size.max(1),
                window_ms: i64::try_from(config.maximum_batching_window.as_millis()).unwrap_or(i64::MAX),
                patience_ms: 0,
            },
            concurrent_invocations_max: options.concurrent_invocations_max.max(1),
            random: Random::new(options.seed),
            partitions: Partitions::new(),
            jobs: BTreeMap::new(),
            actions: VecDeque::new(),
            last_job: 0,
            last_epoch: 0,
        }
    }

    /// A partition was assigned: its records may be pushed.
    pub fn assign(&mut self, partition: i32) {
        self.last_epoch += 1;
        self.partitions.insert(partition, Partition::new(self.last_epoch));
    }

    /// Whether more records of the partition should be read: one batch ahead is enough. Without `room`
    /// (see [`room_bytes`](Self::room_bytes)) only what is empty is fed: partitions that are stuck must not
    /// starve the others.
    pub fn wants_within(&self, partition: i32, room: i64) -> bool {
        self.partitions.get(&partition).is_some_and(|p| {
            !p.draining
                && p.buffered() < self.batching.records_max
                && p.buffered_bytes() < PAYLOAD_BYTES_MAX
                && p.tracker.unfinished_window() < UNFINISHED_RECORDS_MAX
                && (room > 0 || p.buffered() == 0)
        })
    }

    /// The same with the room that there is; it costs a look at every partition.
    pub fn wants(&self, partition: i32) -> bool {
        self.wants_within(partition, self.room_bytes())
    }

    /// How many bytes of records may still be read ahead, all partitions together; negative where
    /// large records came last.
    pub fn room_bytes(&self) -> i64 {
        let buffered: usize = self.partitions.values().map(Partition::buffered_bytes).sum();
        i64::try_from(READ_AHEAD_BYTES_MAX).unwrap_or(i64::MAX) - i64::try_from(buffered).unwrap_or(i64::MAX)
    }

    /// A record that passed the filters. Ignored where the partition is not (or no longer) ours.
    pub fn push(&mut self, record: Record, now_ms: i64) {
        if let Some(partition) = self.partitions.get_mut(&record.partition)
            && !partition.draining
        {
            partition.tracker.track(record.offset);
            partition.push(record, now_ms);
        }
    }

    /// A record that cannot be read: it keeps its turn, and is then given up without a delivery.
    pub fn refuse(&mut self, record: Record, condition: Condition, now_ms: i64) {
        if let Some(partition) = self.partitions.get_mut(&record.partition)
            && !partition.draining
        {
            partition.tracker.track(record.offset);
            partition.refuse(record, condition, now_ms);
        }
    }

    /// Changes how many invocations there may be at the same time; those that are out may finish.
    pub fn set_concurrent_invocations_max(&mut self, max: usize) {
        self.concurrent_invocations_max = max.max(1);
    }

    /// From now on batches that are not full gather at least this long, even where the window is shorter.
    pub fn set_patience(&mut self, patience: Duration) {
        self.batching.patience_ms = i64::try_from(patience.as_millis()).unwrap_or(i64::MAX);
    }

    /// A record that the filters removed: finished without the function.
    pub fn skip(&mut self, partition: i32, offset: i64) {
        if let Some(state) = self.partitions.get_mut(&partition)
            && !state.draining
        {
            state.tracker.track(offset);
            state.tracker.finish(offset);
            self.tell_committable(partition);
        }
    }

    /// The next thing to do at `now_ms`, if there is one. Call until there is none.
    pub fn next_action(&mut self, now_ms: i64) -> Option<Action> {
        loop {
            if let Some(action) = self.actions.pop_front() {
                return Some(action);
            }
            if !self.start_due_job(now_ms) && !self.start_batch(now_ms) {
                return None;
            }
        }
    }

    /// When [`next_action`](Self::next_action) has to be asked again without an event.
    pub fn next_wake_ms(&self) -> Option<i64> {
        let has_slot = self.has_slot();
        let retry = self.jobs.values().filter_map(|job| match job.phase {
            Phase::Until(at_ms) if has_slot || job.pieces.front().is_some_and(|p| p.doom.is_some()) => {
                Some(at_ms)
            }
            _ => None,
        });
        let batch = self.batching.due_ms(&self.partitions, &self.envelope).filter(|_| has_slot);
        retry.chain(batch).min()
    }

    /// Invocations that are out.
    pub fn invocations(&self) -> usize {
        self.jobs.values().filter(|job| job.phase == Phase::Invoking).count()
    }

    /// Records waiting in the partition's buffer, and records read but not in the finished prefix.
    pub fn depth(&self, partition: i32) -> (usize, usize) {
        self.partitions.get(&partition).map_or((0, 0), |p| (p.buffered(), p.tracker.unfinished_window()))
    }

    /// The offset of the partition's last record that was read, if any was.
    pub fn last_read(&self, partition: i32) -> Option<i64> {
        self.partitions.get(&partition)?.tracker.last_read()
    }

    fn has_slot(&self) -> bool {
        self.invocations() < self.concurrent_invocations_max
    }

    fn tell_committable(&mut self, partition: i32) {
        let Some(state) = self.partitions.get_mut(&partition) else { return };
        if let Some(offset) = state.tracker.committable()
            && state.told != Some(offset)
        {
            state.told = Some(offset);
            self.actions.push_back(Action::Commit { partition, offset });
        }
    }
}

#[cfg(test)]
mod tests;
