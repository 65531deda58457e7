//! A batch on its way from the first delivery until every record of it is finished.
//!
//! A job holds its partitions: no later record of theirs is delivered before the job let go of
//! them. It starts as one piece; a bisection or an expiry turns the piece at the front into two,
//! and pieces are resolved front to back, which keeps every partition's order.

use std::collections::VecDeque;

use super::piece::Piece;

/// Names a job within its engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct JobId(pub u64);

/// One batch and what became of it.
#[derive(Debug)]
pub struct Job {
    /// Front to back: the order in which they are resolved.
    pub pieces: VecDeque<Piece>,
    /// What the front piece waits for.
    pub phase: Phase,
}

/// What a job waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// This time, in epoch milliseconds.
    Until(i64),
    /// The function.
    Invoking,
    /// The on-failure destination.
    Sending,
}

impl Job {
    /// A job of one piece that may start now.
    pub fn new(piece: Piece, now_ms: i64) -> Self {
        Self { pieces: VecDeque::from([piece]), phase: Phase::Until(now_ms) }
    }

    /// Whether a call is out whose end has to be awaited.
    pub fn is_calling(&self) -> bool {
        !matches!(self.phase, Phase::Until(_))
    }

    /// Whether any unfinished record belongs to this assignment of this partition.
    pub fn holds(&self, partition: i32, epoch: u64) -> bool {
        self.pieces.iter().flat_map(|p| &p.groups).any(|g| g.partition == partition && g.epoch == epoch)
    }
}
