//! The few things only the operating system's C interface can do.
#![allow(unsafe_code, reason = "a few libc calls without memory of ours; everything else in xtask is safe")]

use std::io;
use std::os::unix::process::CommandExt;
use std::process::Command;

/// The user id of `nobody` on every system this runs on but macOS, where xtask is not run as root.
pub const NOBODY: u32 = 65534;

/// Whether this process may do everything.
pub fn is_root() -> bool {
    // SAFETY: geteuid takes nothing and cannot fail.
    unsafe { libc::geteuid() == 0 }
}

/// Gives the command a session of its own, so that neither Ctrl-C nor a closed terminal ends it.
pub fn detach(command: &mut Command) {
    // SAFETY: setsid is async-signal-safe, and the closure touches no memory of the parent.
    unsafe {
        command.pre_exec(|| if libc::setsid() == -1 { Err(io::Error::last_os_error()) } else { Ok(()) });
    }
}

/// Lets a process that leads its session, and all its threads, yield to others: `niceness` as nice(1)
/// knows it.
pub fn yield_to_others(pid: u32, niceness: i32) -> io::Result<()> {
    // SAFETY: setpriority takes three integers. The session's leader leads its process group, too.
    let done = unsafe { libc::setpriority(libc::PRIO_PGRP, pid, niceness) };
    if done == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}

/// Lets the process that the command starts yield to others from its first moment on.
pub fn start_yielding(command: &mut Command, niceness: i32) {
    // SAFETY: setpriority is async-signal-safe, and the closure touches no memory of the parent.
    unsafe {
        command.pre_exec(move || {
            // Who yields more already may not go back.
            let yields = libc::getpriority(libc::PRIO_PROCESS, 0) >= niceness
                || libc::setpriority(libc::PRIO_PROCESS, 0, niceness) == 0;
            if yields { Ok(()) } else { Err(io::Error::last_os_error()) }
        });
    }
}

/// Lets a process, with all the threads it has and will have, keep to one of the two processors it may use. With
/// more, or where it is kept to one already, nothing is done.
#[cfg(target_os = "linux")]
pub fn keep_to_one_of_two(pid: u32) -> io::Result<()> {
    let [_, kept] = processors(pid)?[..] else { return Ok(()) };
    // SAFETY: an empty set is all zeros, and CPU_SET writes within it: `kept` came from such a set.
    let set = unsafe {
        let mut set: libc::cpu_set_t = std::mem::zeroed();
        libc::CPU_SET(kept, &mut set);
        set
    };
    // A thread inherits it from whoever starts it; twice, for those started during the first round.
    for _ in 0..2 {
        for thread in std::fs::read_dir(format!("/proc/{pid}/task"))?.flatten() {
            let Some(thread) = thread.file_name().to_str().and_then(|name| name.parse().ok()) else {
                continue;
            };
            // SAFETY: the set lives until the call returns.
            let done =
                unsafe { libc::sched_setaffinity(thread, size_of::<libc::cpu_set_t>(), &raw const set) };
            let error = io::Error::last_os_error();
            let has_ended = error.raw_os_error() == Some(libc::ESRCH);
            if done == -1 && !has_ended {
                return Err(error);
            }
        }
    }
    Ok(())
}

/// The processors that a process may use, in their order.
#[cfg(target_os = "linux")]
fn processors(pid: u32) -> io::Result<Vec<usize>> {
    let pid = libc::pid_t::try_from(pid).map_err(io::Error::other)?;
    let size = size_of::<libc::cpu_set_t>();
    // SAFETY: the set is as large as the call is told, and lives until it returns.
    let set = unsafe {
        let mut set: libc::cpu_set_t = std::mem::zeroed();
        if libc::sched_getaffinity(pid, size, &raw mut set) == -1 {
            return Err(io::Error::last_os_error());
        }
        set
    };
    // SAFETY: CPU_ISSET reads within the set.
    Ok((0..size * 8).filter(|processor| unsafe { libc::CPU_ISSET(*processor, &set) }).collect())
}

/// Other systems choose for themselves.
#[cfg(not(target_os = "linux"))]
pub fn keep_to_one_of_two(_: u32) -> io::Result<()> {
    Ok(())
}

/// How to end a process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signal {
    /// Ask it to finish (SIGTERM).
    Terminate,
    /// End it without asking (SIGKILL).
    Kill,
}

/// Sends a signal; the caller has made sure that the pid is still the process it means.
pub fn send(pid: u32, signal: Signal) -> io::Result<()> {
    let number = match signal {
        Signal::Terminate => libc::SIGTERM,
        Signal::Kill => libc::SIGKILL,
    };
    let pid = libc::pid_t::try_from(pid).map_err(io::Error::other)?;
    // SAFETY: kill takes two integers.
    if unsafe { libc::kill(pid, number) } == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}

/// Takes an exited child of this process off the process table; nothing if there is none.
pub fn reap(pid: u32) {
    if let Ok(pid) = libc::pid_t::try_from(pid) {
        // SAFETY: a null status pointer is allowed; WNOHANG makes the call return at once.
        unsafe { libc::waitpid(pid, std::ptr::null_mut(), libc::WNOHANG) };
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn a_process_is_kept_to_one_of_two_processors_and_left_alone_with_more_or_fewer() {
        let mut process = Command::new("sleep").arg("60").spawn().unwrap();
        let all = processors(process.id()).unwrap();
        keep_to_one_of_two(process.id()).unwrap();
        let kept = processors(process.id()).unwrap();
        keep_to_one_of_two(process.id()).unwrap();
        let kept_still = processors(process.id()).unwrap();
        process.kill().unwrap();
        process.wait().unwrap();
        assert_eq!(kept, if let [_, second] = all[..] { vec![second] } else { all });
        assert_eq!(kept_still, kept);
    }
}
