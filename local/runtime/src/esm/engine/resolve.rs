//! What follows when a call has ended.

use super::action::Action;
use super::decide::{Decision, Failure, decide};
use super::job::{Job, JobId, Phase};
use super::piece::{LastResponse, Piece};
use super::{Engine, Partition};
use crate::esm::response::{FailedItems, failed_items};
use crate::invoke::InvokeOutcome;

/// How an invocation ended, for metrics and the status.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resolution {
    /// Records whose invocation failed: all, or those that the answer named.
    pub failed_records: usize,
    /// What failed, in words; `None` after success.
    pub cause: Option<String>,
}

impl Engine {
    /// The function answered, failed, or was not reached.
    pub fn invocation_finished(&mut self, id: JobId, outcome: &InvokeOutcome, now_ms: i64) -> Resolution {
        let request_id = self.random.uuid();
        let Some(piece) = self.take_front(id, Phase::Invoking, now_ms) else {
            return Resolution { failed_records: 0, cause: None };
        };
        match self.reading(&piece, outcome) {
            Ok(failed) => self.after_answer(id, piece, &failed, request_id, now_ms),
            Err((failure, cause)) => {
                let mut piece = piece;
                if failure != Failure::NotReached {
                    piece.last_response = Some(LastResponse { request_id, function_error: true });
                }
                let failed_records = piece.records();
                self.after_failure(id, piece, failure, &cause, now_ms);
                Resolution { failed_records, cause: Some(cause) }
            }
        }
    }

    /// The destination took all letters but `undelivered`, or can never take them: those of `undelivered` are
    /// sent again after a wait.
    pub fn letters_finished(&mut self, id: JobId, undelivered: &FailedItems, now_ms: i64) {
        let Some(mut piece) = self.take_front(id, Phase::Sending, now_ms) else { return };
        let mut left = piece.take_named(undelivered);
        self.finish(&piece);
        if !left.groups.is_empty() {
            left.tally.failures += 1;
            let wait_ms = self.policy.backoff.wait_ms(left.tally.failures, &mut self.random);
            self.put_back(id, [left], now_ms.saturating_add(wait_ms));
        }
        self.release_resolved(id);
    }

    /// The front piece of a job that was in this phase; the job then waits for nothing.
    fn take_front(&mut self, id: JobId, phase: Phase, now_ms: i64) -> Option<Piece> {
        let job = self.jobs.get_mut(&id).filter(|job| job.phase == phase)?;
        job.phase = Phase::Until(now_ms);
        job.pieces.pop_front()
    }

    fn reading(&self, piece: &Piece, outcome: &InvokeOutcome) -> Result<FailedItems, (Failure, String)> {
        match outcome {
            InvokeOutcome::Success(_) if !self.reports_items => Ok(FailedItems::new()),
            InvokeOutcome::Success(body) => {
                let known = |partition, offset| piece.contains(partition, offset);
                failed_items(body, self.envelope.topic(), known)
                    .map_err(|malformed| (Failure::WholeBatch, malformed.to_string()))
            }
            InvokeOutcome::FunctionError { error_type, error_message, .. } => {
                Err((Failure::WholeBatch, format!("{error_type}: {error_message}")))
            }
            InvokeOutcome::Throttled => Err((Failure::NotReached, "throttled".to_owned())),
            InvokeOutcome::ServiceError(cause) => Err((Failure::NotReached, cause.clone())),
        }
    }

    fn after_answer(
        &mut self,
        id: JobId,
        mut piece: Piece,
        failed: &FailedItems,
        request_id: String,
        now_ms: i64,
    ) -> Resolution {
        piece.last_response = Some(LastResponse { request_id, function_error: false });
        // The usual case, in which no record needs to be looked at.
        let failed_piece = if failed.is_empty() { Piece::default() } else { piece.take_named(failed) };
        self.finish(&piece);
        if failed_piece.groups.is_empty() {
            self.release_resolved(id);
            return Resolution { failed_records: 0, cause: None };
        }
        let failed_records = failed_piece.records();
        let cause = format!("the function reported {failed_records} failed items");
        self.after_failure(id, failed_piece, Failure::NamedRecords, &cause, now_ms);
        Resolution { failed_records, cause: Some(cause) }
    }

    fn after_failure(&mut self, id: JobId, mut piece: Piece, failure: Failure, cause: &str, now_ms: i64) {
        let decision = decide(&self.policy, piece.tally, failure, piece.records(), &mut self.random);
        self.tell(&piece, decision, cause);
        match decision {
            Decision::Retry { wait_ms, counts } => {
                piece.tally.failures += 1;
                piece.tally.retries += u32::from(counts);
                self.put_back(id, [piece], now_ms.saturating_add(wait_ms));
            }
            Decision::Bisect { wait_ms } => {
                let (first, second) = piece.split();
                self.put_back(id, [first, second], now_ms.saturating_add(wait_ms));
            }
            Decision::GiveUp(condition) => {
                piece.doom = Some(condition);
                // Waits for the destination are counted from the start.
                piece.tally.failures = 0;
                self.put_back(id, [piece], now_ms);
            }
        }
        self.release_resolved(id);
    }

    fn tell(&mut self, piece: &Piece, decision: Decision, cause: &str) {
        let (cause, spans, records) = (cause.to_owned(), piece.spans(), piece.records());
        match decision {
            Decision::Retry { wait_ms, counts } => {
                let retries_used = piece.tally.retries + u32::from(counts);
                self.actions.push_back(Action::Retry { records, retries_used, wait_ms, cause, spans });
            }
            Decision::Bisect { .. } => {
                let first = records.div_ceil(2);
                self.actions.push_back(Action::Bisect { halves: (first, records - first), cause, spans });
            }
            Decision::GiveUp(_) => {}
        }
    }

    fn put_back<const N: usize>(&mut self, id: JobId, pieces: [Piece; N], at_ms: i64) {
        let Some(job) = self.jobs.get_mut(&id) else { return };
        pieces.into_iter().rev().for_each(|piece| job.pieces.push_front(piece));
        job.phase = Phase::Until(at_ms);
    }

    /// Marks a piece's records as finished, where the partition is still assigned as it was.
    pub(super) fn finish(&mut self, piece: &Piece) {
        for group in &piece.groups {
            if let Some(partition) = self.owned(group.partition, group.epoch) {
                partition.tracker.finish_all(group.records.iter().map(|record| record.offset));
                self.tell_committable(group.partition);
            }
        }
    }

    fn owned(&mut self, partition: i32, epoch: u64) -> Option<&mut Partition> {
        self.partitions.get_mut(&partition).filter(|state| state.epoch == epoch)
    }

    /// Frees the partitions of which nothing is left in the job, and ends an empty job.
    pub(super) fn release_resolved(&mut self, id: JobId) {
        self.strip_draining(id);
        let job = self.jobs.get(&id);
        for (&number, partition) in &mut self.partitions {
            if partition.held_by == Some(id) && job.is_none_or(|job| !job.holds(number, partition.epoch)) {
                partition.held_by = None;
            }
        }
        if job.is_some_and(is_over) {
            self.jobs.remove(&id);
        }
    }
}

fn is_over(job: &Job) -> bool {
    job.pieces.is_empty() && !job.is_calling()
}
