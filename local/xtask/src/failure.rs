//! What went wrong, what to do about it, and where to look.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

/// How many of a log's last lines are shown under a failure.
const LOG_LINES_SHOWN: usize = 15;

/// The outcome of anything xtask does.
pub type Outcome<T = ()> = Result<T, Failure>;

/// A failure that a person can act on: cause, remedy, log.
#[derive(Debug, Clone)]
pub struct Failure {
    what: String,
    remedy: Option<String>,
    log: Option<PathBuf>,
}

impl Failure {
    /// States what went wrong.
    pub fn new(what: impl Into<String>) -> Self {
        Self { what: what.into(), remedy: None, log: None }
    }

    /// Adds what the reader can do about it.
    #[must_use]
    pub fn remedy(mut self, remedy: impl Into<String>) -> Self {
        self.remedy = Some(remedy.into());
        self
    }

    /// Success if all succeeded, else every failure as one.
    ///
    /// # Errors
    /// One of them failed.
    pub fn all(outcomes: Vec<Outcome>) -> Outcome {
        let failures: Vec<String> =
            outcomes.into_iter().filter_map(Result::err).map(|failure| failure.to_string()).collect();
        if failures.is_empty() { Ok(()) } else { Err(Self::new(failures.join("\n\n"))) }
    }

    /// Names the log; its last lines are shown with the failure.
    #[must_use]
    pub fn log(mut self, log: &Path) -> Self {
        self.log = Some(log.to_owned());
        self
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}", self.what)?;
        if let Some(log) = &self.log {
            for line in last_lines(log, LOG_LINES_SHOWN) {
                write!(out, "\n    | {line}")?;
            }
            write!(out, "\n  log:    {}", log.display())?;
        }
        if let Some(remedy) = &self.remedy {
            write!(out, "\n  remedy: {remedy}")?;
        }
        Ok(())
    }
}

/// The last lines of a file; none if it cannot be read.
pub fn last_lines(file: &Path, count: usize) -> Vec<String> {
    let Ok(bytes) = std::fs::read(file) else { return Vec::new() };
    let text = String::from_utf8_lossy(&bytes);
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(count)..].iter().map(|line| (*line).to_owned()).collect()
}

/// Says what was being done when an I/O error came.
pub trait Doing<T> {
    /// Turns the error into a [`Failure`]: "cannot {doing}: {error}".
    fn doing(self, doing: impl FnOnce() -> String) -> Outcome<T>;
}

impl<T> Doing<T> for io::Result<T> {
    fn doing(self, doing: impl FnOnce() -> String) -> Outcome<T> {
        self.map_err(|error| Failure::new(format!("cannot {}: {error}", doing())))
    }
}
