//! Starting what is due: a new batch, a retry, a send to the destination, or giving up.

use super::action::{Action, Delivery};
use super::job::{Job, JobId, Phase};
use super::letter::GivenUp;
use super::piece::Piece;
use super::{Condition, Engine};
use crate::esm::record::Record;

impl Engine {
    /// Makes a job of the next batch, if one is due and a slot is free.
    pub(super) fn start_batch(&mut self, now_ms: i64) -> bool {
        let due_ms = self.batching.due_ms(&self.partitions, &self.envelope);
        if !self.has_slot() || due_ms.is_none_or(|due_ms| due_ms > now_ms) {
            return false;
        }
        let piece = self.batching.gather(&mut self.partitions, &self.envelope);
        if piece.groups.is_empty() {
            return false;
        }
        self.last_job += 1;
        let id = JobId(self.last_job);
        for group in &piece.groups {
            if let Some(partition) = self.partitions.get_mut(&group.partition) {
                partition.held_by = Some(id);
            }
        }
        self.jobs.insert(id, Job::new(piece, now_ms));
        self.advance(id, now_ms)
    }

    /// Goes on with one job whose wait is over.
    pub(super) fn start_due_job(&mut self, now_ms: i64) -> bool {
        let has_slot = self.has_slot();
        let due = self.jobs.iter().find(|(_, job)| {
            matches!(job.phase, Phase::Until(at_ms) if at_ms <= now_ms)
                && (has_slot || job.pieces.front().is_none_or(|piece| piece.doom.is_some()))
        });
        due.map(|(&id, _)| id).is_some_and(|id| self.advance(id, now_ms))
    }

    /// Does the next thing for a job that waits for nothing; true if anything was done.
    fn advance(&mut self, id: JobId, now_ms: i64) -> bool {
        self.set_aside_expired(id, now_ms);
        let Some(job) = self.jobs.get_mut(&id) else { return false };
        let Some(piece) = job.pieces.front_mut() else {
            self.jobs.remove(&id);
            return true;
        };
        match piece.doom {
            Some(condition) if self.policy.has_destination => self.send(id, condition, now_ms),
            Some(condition) => self.drop_front(id, condition),
            None => {
                piece.tally.invocations += 1;
                job.phase = Phase::Invoking;
                let delivery = Delivery {
                    job: id,
                    payload: self
                        .envelope
                        .event(piece.groups.iter().map(|g| (g.partition, g.records.iter()))),
                    records: piece.records(),
                    attempt: piece.tally.invocations,
                    spans: piece.spans(),
                };
                self.actions.push_back(Action::Deliver(delivery));
            }
        }
        true
    }

    /// Records too old for a delivery are given up before it, and before their younger siblings.
    fn set_aside_expired(&mut self, id: JobId, now_ms: i64) {
        let Some(age_ms_max) = self.policy.age_ms_max else { return };
        let Some(job) = self.jobs.get_mut(&id) else { return };
        let Some(mut piece) = job.pieces.pop_front() else { return };
        let is_expired = |record: &Record| record.is_older_than(age_ms_max, now_ms);
        if piece.doom.is_none() && piece.groups.iter().flat_map(|group| &group.records).any(is_expired) {
            let mut expired = piece.take_records(is_expired);
            expired.doom = Some(Condition::RecordAgeExceeded);
            push_front(job, piece);
            push_front(job, expired);
        } else {
            job.pieces.push_front(piece);
        }
    }

    fn send(&mut self, id: JobId, condition: Condition, now_ms: i64) {
        let request_id = self.random.uuid();
        let Some(job) = self.jobs.get_mut(&id) else { return };
        let Some(piece) = job.pieces.front() else { return };
        let letters = self.letter_head.letters(&GivenUp {
            piece,
            condition,
            envelope: &self.envelope,
            fallback_request_id: &request_id,
            now_ms,
        });
        job.phase = Phase::Sending;
        self.actions.push_back(Action::SendToDestination { job: id, letters });
    }

    fn drop_front(&mut self, id: JobId, condition: Condition) {
        let Some(piece) = self.jobs.get_mut(&id).and_then(|job| job.pieces.pop_front()) else { return };
        self.actions.push_back(Action::Drop { records: piece.records(), condition, spans: piece.spans() });
        self.finish(&piece);
        self.release_resolved(id);
    }
}

fn push_front(job: &mut Job, piece: Piece) {
    if !piece.groups.is_empty() {
        job.pieces.push_front(piece);
    }
}
