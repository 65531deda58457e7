//! Programs of this machine: finding them, and waiting for long ones with a sign of life.

use std::ffi::OsString;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::failure::{Doing, Failure, Outcome};
use crate::process::forget_cargo;
use crate::{place, say};

/// How often a long step says that it is still at it.
const SIGN_OF_LIFE_EVERY: Duration = Duration::from_secs(5);

/// A program on PATH.
pub fn on_path(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(name)).find(|file| file.is_file())
}

/// PATH with this folder before all others.
///
/// # Errors
/// The folder's name cannot stand in it.
pub fn path_with(folder: &Path) -> Outcome<OsString> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::iter::once(folder.to_owned()).chain(std::env::split_paths(&path));
    std::env::join_paths(folders).map_err(|error| Failure::new(format!("PATH: {error}")))
}

/// A command that takes a while.
#[derive(Debug)]
pub struct LongStep<'a> {
    /// Who is shown in front of each line.
    pub who: &'a str,
    /// What it does, in the -ing form.
    pub what: &'a str,
    /// Where its output goes.
    pub log: &'a Path,
    /// The folder that grows while it works, if one does: its size is shown.
    pub grows: Option<&'a Path>,
}

/// Runs a command to its end, its output in a log, with a line every few seconds.
///
/// # Errors
/// It cannot be run, or did not succeed; the log's last lines say why.
pub fn run(mut command: Command, step: &LongStep<'_>) -> Outcome {
    if let Some(folder) = step.log.parent() {
        place::make_folder(folder)?;
    }
    say::progress(step.who, step.what);
    let log = File::create(step.log).doing(|| format!("write {}", step.log.display()))?;
    let errors = log.try_clone().doing(|| "share a log".to_owned())?;
    forget_cargo(&mut command);
    command.stdin(Stdio::null()).stdout(log).stderr(errors);
    let started = Instant::now();
    let mut child = command.spawn().doing(|| format!("run {}", command.get_program().display()))?;
    let mut said = Instant::now();
    loop {
        if let Some(status) = child.try_wait().doing(|| format!("wait for {}", step.what))? {
            return finish(status.success(), step, started.elapsed());
        }
        if said.elapsed() >= SIGN_OF_LIFE_EVERY {
            say::progress(
                step.who,
                format!("{} … {}{}", step.what, say::duration(started.elapsed()), size(step)),
            );
            said = Instant::now();
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn finish(succeeded: bool, step: &LongStep<'_>, took: Duration) -> Outcome {
    if !succeeded {
        return Err(Failure::new(format!("{} failed ({})", step.what, step.who)).log(step.log));
    }
    say::progress(step.who, format!("{}: done in {}{}", step.what, say::duration(took), size(step)));
    Ok(())
}

fn size(step: &LongStep<'_>) -> String {
    step.grows.map(|folder| format!(", {}", place::folder_size(folder))).unwrap_or_default()
}
