//! What one call prints, for `LogType: Tail`.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// What AWS returns of a log.
const TAIL_BYTES_MAX: usize = 4 * 1_024;

/// The last 4 KB of one call's log, with AWS's own lines before and after.
#[derive(Debug, Default)]
pub(super) struct Tail(Mutex<Lines>);

#[derive(Debug, Default)]
struct Lines {
    printed: VecDeque<u8>,
    /// What stands behind everything that the function prints, however late it is read.
    end: String,
}

impl Tail {
    /// Adds a line.
    pub(super) fn keep(&self, line: &[u8]) {
        let mut lines = self.lock();
        lines.printed.extend(line);
        lines.printed.push_back(b'\n');
        let surplus = lines.printed.len().saturating_sub(TAIL_BYTES_MAX);
        lines.printed.drain(..surplus);
    }

    /// Sets what stands at the end.
    pub(super) fn end_with(&self, end: String) {
        self.lock().end = end;
    }

    /// The last 4 KB.
    pub(super) fn bytes(&self) -> Vec<u8> {
        let lines = self.lock();
        let all: Vec<u8> = lines.printed.iter().copied().chain(lines.end.bytes()).collect();
        all[all.len().saturating_sub(TAIL_BYTES_MAX)..].to_vec()
    }

    fn lock(&self) -> MutexGuard<'_, Lines> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_4_kb_are_kept_and_the_end_stays_at_the_end() {
        let tail = Tail::default();
        tail.keep(b"START");
        tail.end_with("END\n".to_owned());
        tail.keep(b"printed late");
        assert_eq!(tail.bytes(), b"START\nprinted late\nEND\n");
        tail.keep(&[b'x'; 5_000]);
        let bytes = tail.bytes();
        assert_eq!(bytes.len(), TAIL_BYTES_MAX);
        assert!(bytes.ends_with(b"xxx\nEND\n"));
    }
}
