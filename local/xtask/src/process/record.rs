//! What is remembered of a process that was started.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

use super::identity::identity;
use crate::failure::{Failure, Outcome};
use crate::place::{self, Place};

/// A started process: enough to find it again, and to know that it is the same one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// Its process id.
    pub pid: u32,
    /// Its start time as the system words it; with the pid it names one process for ever.
    pub identity: String,
    /// The ports it was told to listen on; the first is what clients use.
    pub ports: Vec<u16>,
    /// When it was started, in milliseconds since 1970.
    pub started_at_ms: u64,
}

impl Record {
    /// Describes a process that has just been started.
    pub fn of(pid: u32, ports: Vec<u16>) -> Option<Self> {
        let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let started_at_ms = u64::try_from(since_1970.as_millis()).unwrap_or(u64::MAX);
        Some(Self { pid, identity: identity(pid)?, ports, started_at_ms })
    }

    /// The record of a process that still runs; one that has ended, or whose pid is now another
    /// process, is as good as none.
    pub fn of_running(place: &Place, name: &str) -> Option<Self> {
        let text = std::fs::read_to_string(place.record(name)).ok()?;
        let record: Self = serde_json::from_str(&text).ok()?;
        record.is_running().then_some(record)
    }

    /// Whether the process is still there, and still the one that was started.
    pub fn is_running(&self) -> bool {
        identity(self.pid).as_ref() == Some(&self.identity)
    }

    /// When it was started.
    pub fn started_at(&self) -> SystemTime {
        UNIX_EPOCH + Duration::from_millis(self.started_at_ms)
    }

    /// How long it has been running.
    pub fn uptime(&self) -> Duration {
        SystemTime::now().duration_since(self.started_at()).unwrap_or_default()
    }

    /// Writes the record down.
    pub fn save(&self, place: &Place, name: &str) -> Outcome {
        let text = serde_json::to_string(self).map_err(|error| Failure::new(error.to_string()))?;
        place::write(&place.record(name), &text)
    }

    /// Forgets the process.
    pub fn forget(place: &Place, name: &str) {
        // Nothing depends on it: a record of a process that has ended counts as none.
        let _ = std::fs::remove_file(place.record(name));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reused_pid_is_not_taken_for_the_process_that_was_started() {
        let mine = Record::of(std::process::id(), vec![1]).unwrap();
        assert!(mine.is_running());
        let same_pid_started_earlier = Record { identity: "1".to_owned(), ..mine };
        assert!(!same_pid_started_earlier.is_running());
    }
}
