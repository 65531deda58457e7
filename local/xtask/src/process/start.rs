//! Starting a process that outlives xtask.

use std::fs::File;
use std::path::Path;
use std::process::{Command, Stdio};

use super::record::Record;
use crate::failure::{Doing, Failure, Outcome};
use crate::place::{self, Place};
use crate::system;

/// A process to be started: its name (log and record are named after it), command and ports.
#[derive(Debug)]
pub struct Daemon {
    /// What it is called in every command.
    pub name: &'static str,
    /// What is run.
    pub command: Command,
    /// What it will listen on.
    pub ports: Vec<u16>,
}

/// Starts a process in its own session with its output in its log, and remembers it.
///
/// # Errors
/// The program cannot be run, or ended at once.
pub fn start(place: &Place, daemon: Daemon) -> Outcome<Record> {
    let Daemon { name, mut command, ports } = daemon;
    let log = place.log(name);
    let output = fresh_log(&log)?;
    let errors = output.try_clone().doing(|| format!("share {}", log.display()))?;
    command.stdin(Stdio::null()).stdout(output).stderr(errors);
    forget_cargo(&mut command);
    system::detach(&mut command);
    let child = command.spawn().doing(|| format!("start {name} ({})", command.get_program().display()))?;
    let record = Record::of(child.id(), ports)
        .ok_or_else(|| Failure::new(format!("{name} ended as soon as it was started")).log(&log))?;
    record.save(place, name)?;
    Ok(record)
}

/// An empty log; the one of the run before is kept beside it as `NAME.log.1`.
fn fresh_log(log: &Path) -> Outcome<File> {
    if let Some(folder) = log.parent() {
        place::make_folder(folder)?;
    }
    if log.exists() {
        std::fs::rename(log, log.with_extension("log.1")).doing(|| format!("keep {}", log.display()))?;
    }
    File::create(log).doing(|| format!("write {}", log.display()))
}

/// Takes back what `cargo run` put into the environment for xtask alone: it must neither reach
/// servers nor make a nested cargo think that its world has changed. A library path that the caller
/// has set on the command stays.
pub fn forget_cargo(command: &mut Command) {
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        let of_this_package = ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_", "CARGO_CRATE_"];
        if of_this_package.iter().any(|prefix| text.starts_with(prefix)) || text == "CARGO_PRIMARY_PACKAGE" {
            command.env_remove(&name);
        }
    }
    let set_on_purpose = command.get_envs().any(|(name, _)| name == "LD_LIBRARY_PATH");
    if !set_on_purpose {
        command.env_remove("LD_LIBRARY_PATH");
    }
}
