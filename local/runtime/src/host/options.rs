//! What the host may use.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::LogBook;
use crate::template::Function;

/// Where the `local` profile of a cargo workspace puts binaries.
pub const BINARY_PATTERN_DEFAULT: &str = "target/local/{binary}";

/// How many calls of one function may wait for an environment, unless the command line says otherwise.
pub const QUEUE_MAX_DEFAULT: usize = 1_000;

/// The limits of the host and where it finds and writes things.
#[derive(Debug, Clone)]
pub struct HostOptions {
    /// Path of a function's program, with `{binary}` in it.
    pub binary_pattern: String,
    /// Where what functions print goes.
    pub logs: Arc<LogBook>,
    /// Whether each call gets AWS's REPORT line in the log.
    pub report: bool,
    /// How long an environment may be idle before it is ended.
    pub idle_max: Duration,
    /// How many calls of one function may wait for an environment; more are throttled.
    pub queue_max: usize,
    /// How long a call may wait for an environment before it is throttled.
    pub queue_wait_max: Duration,
    /// How long a program may take until it first asks for work. AWS: 10 s.
    pub init_max: Duration,
    /// How long a program may take to end after SIGTERM. AWS: 2 s.
    pub stop_grace: Duration,
}

impl HostOptions {
    /// AWS's limits, and bounds that suit one machine.
    pub fn new(logs: Arc<LogBook>) -> Self {
        Self {
            binary_pattern: BINARY_PATTERN_DEFAULT.into(),
            logs,
            report: false,
            idle_max: Duration::from_secs(300),
            queue_max: QUEUE_MAX_DEFAULT,
            queue_wait_max: Duration::from_secs(30),
            init_max: Duration::from_secs(10),
            stop_grace: Duration::from_secs(2),
        }
    }

    /// The program of a function, as an absolute path.
    pub(super) fn program(&self, function: &Function) -> PathBuf {
        let path = PathBuf::from(self.binary_pattern.replace("{binary}", &function.binary));
        std::path::absolute(&path).unwrap_or(path)
    }
}
