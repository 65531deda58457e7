//! One function under a debugger: one environment, no time-outs, and no call before the debugger is there.

mod attach;
mod prepare;

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use tokio::process::Command;
use tokio::sync::Notify;

pub use prepare::{NotDebuggable, prepare};

use crate::template::Function;
use attach::Language;

/// How long anything may take that a person does.
pub const PATIENCE: Duration = Duration::from_secs(12 * 3_600);
/// How often it is looked whether a debugger is attached: nothing tells of it.
const LOOK_INTERVAL: Duration = Duration::from_millis(200);

/// Holds the calls of one function until a debugger is attached, or Enter says that none will be.
#[derive(Debug)]
pub struct Debugger {
    function: String,
    language: Language,
    /// The process whose calls are let through; 0 is none.
    admitted: AtomicU32,
    enter: Notify,
}

impl Debugger {
    /// For a function that has been [prepared](prepare).
    pub fn new(function: &Function) -> Self {
        Self {
            function: function.name.clone(),
            language: Language::of(&function.command),
            admitted: AtomicU32::new(0),
            enter: Notify::new(),
        }
    }

    /// Whether this is the function.
    pub fn is_for(&self, function: &str) -> bool {
        self.function == function
    }

    /// Lets a call through without a debugger: the one that waits, else the next one.
    pub fn enter(&self) {
        self.enter.notify_one();
    }

    /// Says how to attach to a process that has just been started.
    pub(crate) fn started(&self, function: &Function, process_id: Option<u32>) {
        let (true, Some(process_id)) = (self.is_for(&function.name), process_id) else { return };
        for line in self.language.instructions(process_id) {
            tracing::warn!(function = function.name, "{line}");
        }
    }

    /// Waits until the process may have its call. Python and Node wait by themselves.
    pub(crate) async fn admits(&self, function: &str, process_id: u32) {
        if !self.is_for(function) || self.language != Language::Native {
            return;
        }
        self.admits_when(process_id, || is_traced(process_id)).await;
    }

    async fn admits_when(&self, process_id: u32, is_traced: impl Fn() -> bool) {
        let mut is_told = false;
        while self.admitted.load(Ordering::Relaxed) != process_id {
            let enter = self.enter.notified();
            if is_traced() {
                self.admitted.store(process_id, Ordering::Relaxed);
                return;
            }
            if !is_told {
                tracing::warn!(
                    function = self.function,
                    "a call waits for the debugger; Enter lets it through"
                );
                is_told = true;
            }
            tokio::select! {
                () = enter => self.admitted.store(process_id, Ordering::Relaxed),
                () = tokio::time::sleep(LOOK_INTERVAL) => {}
            }
        }
    }
}

/// Whether some process traces this one, as every debugger does.
fn is_traced(process_id: u32) -> bool {
    std::fs::read_to_string(format!("/proc/{process_id}/status")).is_ok_and(|status| tracer(&status) != 0)
}

fn tracer(status: &str) -> u32 {
    let line = status.lines().find_map(|line| line.strip_prefix("TracerPid:"));
    line.and_then(|text| text.trim().parse().ok()).unwrap_or_default()
}

/// Lets any process of the same user attach, where Yama would let a parent only.
#[cfg(target_os = "linux")]
#[allow(unsafe_code, reason = "pre_exec is unsafe; prctl is async-signal-safe and touches no memory")]
pub(crate) fn admit_debuggers(command: &mut Command) {
    unsafe {
        command.pre_exec(|| {
            // Without Yama it is refused, and not needed.
            libc::prctl(libc::PR_SET_PTRACER, libc::c_ulong::MAX, 0, 0, 0);
            Ok(())
        });
    }
}

/// Elsewhere nothing stands in a debugger's way.
#[cfg(not(target_os = "linux"))]
pub(crate) fn admit_debuggers(_: &mut Command) {}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    fn debugger() -> Debugger {
        Debugger {
            function: "pay".into(),
            language: Language::Native,
            admitted: AtomicU32::new(0),
            enter: Notify::new(),
        }
    }

    #[test]
    fn the_tracer_is_read_of_the_status() {
        for (status, expected) in
            [("Name:\tpay\nTracerPid:\t0\n", 0), ("TracerPid:\t42\nUid:\t0\n", 42), ("Name:\tpay\n", 0)]
        {
            assert_eq!(tracer(status), expected, "{status}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_call_waits_until_a_debugger_is_there_and_the_next_one_no_more() {
        let (debugger, looks) = (debugger(), Cell::new(0));
        let traced_at_the_fourth_look = || {
            looks.set(looks.get() + 1);
            looks.get() >= 4
        };
        debugger.admits_when(7, traced_at_the_fourth_look).await;
        assert_eq!(looks.get(), 4);
        debugger.admits_when(7, || false).await;
        let another = tokio::time::timeout(PATIENCE, debugger.admits_when(8, || false)).await;
        assert!(another.is_err(), "another process wants its own debugger");
    }

    #[tokio::test(start_paused = true)]
    async fn enter_lets_the_call_through() {
        let debugger = debugger();
        let waiting = debugger.admits_when(7, || false);
        let enter = async {
            tokio::time::sleep(Duration::from_secs(60)).await;
            debugger.enter();
        };
        tokio::join!(waiting, enter);
    }

    #[tokio::test]
    async fn other_functions_are_not_held() {
        debugger().admits("ship", 7).await;
    }
}
