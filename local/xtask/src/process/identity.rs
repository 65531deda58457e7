//! Who a pid is right now.

use std::process::Command;

/// Resident memory in KiB.
pub type RssKib = u64;

/// What tells this process from a later one with the same pid: its start time in the system's own
/// words. `None` if there is no such process, or only its remains.
pub fn identity(pid: u32) -> Option<String> {
    if cfg!(target_os = "linux") {
        start_ticks(&std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?)
    } else {
        ps(pid, "lstart=")
    }
}

/// How much memory a process holds.
pub fn resident_kib(pid: u32) -> Option<RssKib> {
    ps_free_rss(pid).or_else(|| ps(pid, "rss=")?.parse().ok())
}

/// The start time (field 22) of `/proc/PID/stat`; `None` for a zombie.
///
/// The command's name (field 2) may hold spaces and brackets, so fields count from the last bracket.
fn start_ticks(stat: &str) -> Option<String> {
    let (_, after_name) = stat.rsplit_once(')')?;
    let mut fields = after_name.split_whitespace();
    let state = fields.next()?;
    let started = fields.nth(18)?;
    (!matches!(state, "Z" | "X")).then(|| started.to_owned())
}

fn ps_free_rss(pid: u32) -> Option<RssKib> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.split_whitespace().next()?.parse().ok()
}

fn ps(pid: u32, column: &str) -> Option<String> {
    let output = Command::new("ps").args(["-o", column, "-p", &pid.to_string()]).output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    (output.status.success() && !text.is_empty()).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_start_time_is_found_after_any_name() {
        let fields = "S 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 4711 20 21";
        let rows = [
            (format!("42 (java) {fields}"), Some("4711")),
            (format!("42 (a b) c) {fields}"), Some("4711")),
            (format!("42 (java) {}", fields.replacen('S', "Z", 1)), None),
            ("42 (java) S 1".to_owned(), None),
            (String::new(), None),
        ];
        for (stat, expected) in rows {
            assert_eq!(start_ticks(&stat).as_deref(), expected, "{stat}");
        }
    }

    #[test]
    fn this_process_has_one_identity_and_the_dead_have_none() {
        let me = std::process::id();
        assert!(identity(me).is_some());
        assert_eq!(identity(me), identity(me));
        let mut child = Command::new("true").spawn().unwrap();
        let pid = child.id();
        child.wait().unwrap();
        assert_eq!(identity(pid), None);
    }
}
