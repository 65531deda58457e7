//! What happened, line by line: only written when somebody will read it.

use std::sync::Mutex;

use crate::runtime::lock;

/// The story of a run.
pub struct History {
    lines: Option<Mutex<Vec<String>>>,
}

impl History {
    /// A story that is written down, or one that is not.
    #[must_use]
    pub fn new(tells: bool) -> Self {
        Self { lines: tells.then(Mutex::default) }
    }

    /// Adds a line.
    pub fn tell(&self, at_ms: i64, what: impl FnOnce() -> String) {
        if let Some(lines) = &self.lines {
            let (seconds, millis) = (at_ms / 1000, at_ms % 1000);
            lock(lines).push(format!("{seconds:>6}.{millis:03}  {}", what()));
        }
    }

    /// The lines so far.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        self.lines.as_ref().map(|lines| lock(lines).clone()).unwrap_or_default()
    }
}
