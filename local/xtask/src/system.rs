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
