//! What an audit found.

use std::fmt;

use gateway_wire::RecordOrigin;

/// What was found in a topic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TopicReport {
    /// The topic.
    pub topic: String,
    /// Records that its step has finished with by processing them.
    pub processed: usize,
    /// Records that its step has finished with by dead-lettering them.
    pub dead: usize,
    /// Records that its step has not finished with yet.
    pub pending: i64,
}

/// A record that was finished with, and nothing shows how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unexplained {
    /// The record.
    pub origin: RecordOrigin,
    /// What was looked for in vain.
    pub why: String,
}

/// What an audit found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// Topic by topic.
    pub topics: Vec<TopicReport>,
    /// What nothing explains.
    pub unexplained: Vec<Unexplained>,
    /// Payments that have not ended, those under review included.
    pub unfinished: usize,
    /// Of these, those under review.
    pub in_review: usize,
}

impl Report {
    /// Whether nothing is left to be done: no record waits and every payment has ended or is under review.
    #[must_use]
    pub fn is_quiescent(&self) -> bool {
        self.topics.iter().all(|topic| topic.pending == 0) && self.unfinished == self.in_review
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{:<22} {:>10} {:>10} {:>10}", "topic", "processed", "dead", "pending")?;
        for TopicReport { topic, processed, dead, pending } in &self.topics {
            writeln!(f, "{topic:<22} {processed:>10} {dead:>10} {pending:>10}")?;
        }
        writeln!(
            f,
            "payments that have not ended: {}, of these under review: {}",
            self.unfinished, self.in_review
        )?;
        for Unexplained { origin, why } in &self.unexplained {
            writeln!(f, "UNEXPLAINED {}-{}@{}: {why}", origin.topic, origin.partition, origin.offset)?;
        }
        write!(f, "unexplained: {}", self.unexplained.len())
    }
}
