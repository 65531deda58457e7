//! Ending a process that was started earlier.

use std::time::{Duration, Instant};

use super::record::Record;
use crate::failure::{Doing, Outcome};
use crate::place::Place;
use crate::system::{self, Signal};

/// How often a stopping process is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(25);

/// How a process ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stopped {
    /// It did not run.
    WasNotRunning,
    /// It finished by itself, this long after being asked.
    Finished(Duration),
    /// It was ended, since it had not finished in time.
    Killed(Duration),
}

/// Asks a process to finish, and ends it if it has not after `patience`.
pub fn stop(place: &Place, name: &str, patience: Duration) -> Outcome<Stopped> {
    let Some(record) = Record::of_running(place, name) else {
        Record::forget(place, name);
        return Ok(Stopped::WasNotRunning);
    };
    let asked = Instant::now();
    signal(&record, name, Signal::Terminate)?;
    let stopped = if gone_within(&record, patience) {
        Stopped::Finished(asked.elapsed())
    } else {
        signal(&record, name, Signal::Kill)?;
        gone_within(&record, Duration::from_secs(5));
        Stopped::Killed(asked.elapsed())
    };
    Record::forget(place, name);
    Ok(stopped)
}

/// Ends a process without asking, as a crash would. False if it did not run.
pub fn kill(place: &Place, name: &str) -> Outcome<bool> {
    let Some(record) = Record::of_running(place, name) else { return Ok(false) };
    signal(&record, name, Signal::Kill)?;
    gone_within(&record, Duration::from_secs(5));
    Record::forget(place, name);
    Ok(true)
}

fn signal(record: &Record, name: &str, signal: Signal) -> Outcome {
    match system::send(record.pid, signal) {
        Err(error) if error.raw_os_error() == Some(libc::ESRCH) => Ok(()),
        other => other.doing(|| format!("end {name} (pid {})", record.pid)),
    }
}

fn gone_within(record: &Record, patience: Duration) -> bool {
    let asked = Instant::now();
    while record.is_running() {
        if asked.elapsed() > patience {
            return false;
        }
        std::thread::sleep(LOOK_EVERY);
        system::reap(record.pid);
    }
    true
}
