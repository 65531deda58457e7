//! What the host may use.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::LogBook;
use crate::debug::Debugger;
use crate::template::Function;

/// Where built binaries are looked for: beside the code as `sam build` leaves them, where `cargo lambda build`
/// puts them, and where cargo's own profiles do. The one that was built last is taken.
pub const BINARY_PATTERN_DEFAULT: &str = "{code}/bootstrap:target/lambda/{binary}/bootstrap:target/local/{binary}:target/release/{binary}:target/debug/{binary}";

/// How many calls of one function may wait for an environment, unless the command line says otherwise.
pub const QUEUE_MAX_DEFAULT: usize = 1_000;

/// AWS's own lines about a call.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum CallLines {
    /// None: a line a call costs more than a fast call.
    #[default]
    None,
    /// REPORT.
    Report,
    /// START, END and REPORT.
    All,
}

impl std::str::FromStr for CallLines {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "report" => Ok(Self::Report),
            "all" => Ok(Self::All),
            other => Err(format!("`report` or `all` is wanted here, not {other}")),
        }
    }
}

/// The limits of the host and where it finds and writes things.
#[derive(Debug, Clone)]
pub struct HostOptions {
    /// Paths of a function's program, separated by `:`, with `{binary}` or `{code}` (its `CodeUri`) in them.
    /// Of those that exist the newest is taken.
    pub binary_pattern: String,
    /// Where what functions print goes.
    pub logs: Arc<LogBook>,
    /// Which of AWS's own lines each call gets in the log.
    pub call_lines: CallLines,
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
    /// Holds one function's calls until a debugger is attached.
    pub debugger: Option<Arc<Debugger>>,
}

impl HostOptions {
    /// AWS's limits, and bounds that suit one machine.
    pub fn new(logs: Arc<LogBook>) -> Self {
        Self {
            binary_pattern: BINARY_PATTERN_DEFAULT.into(),
            logs,
            call_lines: CallLines::None,
            idle_max: Duration::from_secs(300),
            queue_max: QUEUE_MAX_DEFAULT,
            queue_wait_max: Duration::from_secs(30),
            init_max: Duration::from_secs(10),
            stop_grace: Duration::from_secs(2),
            debugger: None,
        }
    }

    /// The program of a function, as an absolute path; where there is none, the last place it could be.
    pub fn program(&self, function: &Function) -> PathBuf {
        let code = function.code_uri.display().to_string();
        let filled = |pattern: &str| pattern.replace("{binary}", &function.binary).replace("{code}", &code);
        let places: Vec<PathBuf> =
            self.binary_pattern.split(':').map(|pattern| filled(pattern).into()).collect();
        let built =
            |path: &&PathBuf| std::fs::metadata(path).ok().filter(|file| file.is_file())?.modified().ok();
        let newest = places.iter().filter(|path| built(path).is_some()).max_by_key(built);
        let path = newest.or(places.last()).cloned().unwrap_or_default();
        std::path::absolute(&path).unwrap_or(path)
    }

    /// A debugger may take its time.
    pub(super) fn init_max(&self, function: &Function) -> Duration {
        if self.is_debugged(function) { crate::debug::PATIENCE } else { self.init_max }
    }

    pub(super) fn is_debugged(&self, function: &Function) -> bool {
        self.debugger.as_ref().is_some_and(|debugger| debugger.is_for(&function.name))
    }
}
