//! Processes of our own programs: found by their binary, which lies in our target folder and is ours alone.

use std::path::{Path, PathBuf};

use xtask::process::identity;
use xtask::system::{self, Signal};

use crate::gateway::Failure;

/// A running process; never mistaken for a later one with its pid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Process {
    /// Its pid.
    pub pid: u32,
    identity: String,
}

impl Process {
    /// Whether it is still there.
    #[must_use]
    pub fn is_running(&self) -> bool {
        identity(self.pid).as_ref() == Some(&self.identity)
    }
}

/// The processes that run this program.
///
/// # Errors
/// The program or the list of processes cannot be read.
pub fn of(program: &Path) -> Result<Vec<Process>, Failure> {
    let failed = |error: std::io::Error| Failure(format!("{}: {error}", program.display()));
    let program: PathBuf = program.canonicalize().map_err(failed)?;
    let entries = std::fs::read_dir("/proc").map_err(failed)?;
    let running = entries.flatten().filter_map(|entry| {
        let runs_it = std::fs::read_link(entry.path().join("exe")).is_ok_and(|exe| exe == program);
        let pid = runs_it.then(|| entry.file_name().to_str()?.parse().ok()).flatten()?;
        Some(Process { pid, identity: identity(pid)? })
    });
    Ok(running.collect())
}

/// SIGKILL to every process of this program; how many there were.
///
/// # Errors
/// As for [`of`].
pub fn kill_all(program: &Path) -> Result<usize, Failure> {
    let killed = of(program)?.into_iter().filter(|process| system::send(process.pid, Signal::Kill).is_ok());
    Ok(killed.count())
}
