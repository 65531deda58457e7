//! Letting go of partitions: on a rebalance, on disabling the mapping, at shutdown.
//!
//! Calls that are out are awaited; records that failed meanwhile are not tried again here but
//! left to whoever owns the partition next, since they were not committed. Records already given
//! up still go to the destination, so that the next owner does not start their attempts anew.

use super::job::{Job, JobId};
use super::{Engine, Partition};

impl Engine {
    /// Takes and delivers nothing new of this partition.
    pub fn drain(&mut self, partition: i32) {
        if let Some(state) = self.partitions.get_mut(&partition) {
            state.draining = true;
            state.clear();
        }
        let waiting: Vec<JobId> =
            self.jobs.iter().filter(|(_, job)| !job.is_calling()).map(|(&id, _)| id).collect();
        waiting.into_iter().for_each(|id| self.release_resolved(id));
    }

    /// Whether nothing of this partition is under way any more.
    pub fn is_drained(&self, partition: i32) -> bool {
        self.partitions.get(&partition).is_none_or(|state| state.draining && state.held_by.is_none())
    }

    /// The partition is not ours any more: what is still under way of it no longer matters.
    pub fn forget(&mut self, partition: i32) {
        self.partitions.remove(&partition);
        let ids: Vec<JobId> = self.jobs.keys().copied().collect();
        ids.into_iter().for_each(|id| self.release_resolved(id));
    }

    /// The assigned partitions.
    pub fn assigned(&self) -> impl Iterator<Item = i32> + '_ {
        self.partitions.keys().copied()
    }

    /// Drops from a job what must not be delivered again here.
    pub(super) fn strip_draining(&mut self, id: JobId) {
        let Some(job) = self.jobs.get_mut(&id) else { return };
        if job.is_calling() {
            return;
        }
        let partitions = &self.partitions;
        strip(job, |number, epoch, doomed| {
            partitions.get(&number).is_some_and(|state| keeps(state, epoch, doomed))
        });
    }
}

const fn keeps(state: &Partition, epoch: u64, doomed: bool) -> bool {
    state.epoch == epoch && (doomed || !state.draining)
}

fn strip(job: &mut Job, keep: impl Fn(i32, u64, bool) -> bool) {
    for piece in &mut job.pieces {
        let doomed = piece.doom.is_some();
        piece.groups.retain(|group| keep(group.partition, group.epoch, doomed));
    }
    job.pieces.retain(|piece| !piece.groups.is_empty());
}
