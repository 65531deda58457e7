//! `cargo xtask up --rebuild`: rebuilds and restarts when a source file changes.

use std::path::Path;
use std::time::{Duration, SystemTime};

use super::up;
use crate::failure::Outcome;
use crate::stack::Stack;
use crate::{say, workspace};

/// How often the sources are looked at: quick enough for people, nothing for the machine.
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// What a change in means a rebuild.
const WATCHED: [&str; 4] = ["functions", "infra", "local", "Cargo.toml"];

/// Watches until it is interrupted; a build that fails is told and waited out.
pub fn run(stack: &Stack) -> Outcome {
    say::progress(
        "rebuild",
        format!("waiting for changes in {} (Ctrl-C ends the watching only)", WATCHED.join(", ")),
    );
    let mut seen = newest(stack);
    loop {
        std::thread::sleep(LOOK_EVERY);
        let now = newest(stack);
        if now > seen {
            seen = now;
            build_and_restart(stack);
        }
    }
}

fn build_and_restart(stack: &Stack) {
    let outcome = workspace::build(&stack.place).and_then(|()| up::ensure_apps(stack));
    if let Err(failure) = outcome {
        say::failure(failure);
    }
    say::progress("rebuild", "waiting for changes");
}

fn newest(stack: &Stack) -> SystemTime {
    WATCHED
        .iter()
        .map(|name| newest_under(&stack.place.root.join(name)))
        .max()
        .unwrap_or(SystemTime::UNIX_EPOCH)
}

fn newest_under(path: &Path) -> SystemTime {
    let of_itself = path.metadata().and_then(|meta| meta.modified()).unwrap_or(SystemTime::UNIX_EPOCH);
    let Ok(entries) = std::fs::read_dir(path) else { return of_itself };
    let hidden = |name: &std::ffi::OsStr| name.to_string_lossy().starts_with('.') || name == "target";
    let inside = entries.flatten().filter(|entry| !hidden(&entry.file_name()));
    inside.map(|entry| newest_under(&entry.path())).max().map_or(of_itself, |newest| newest.max(of_itself))
}
