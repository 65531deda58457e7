//! The stack's processes: what they were started with, and that none of them leaves its memory behind.

use std::path::Path;

use serde_json::Value;

use crate::root;
use crate::sweep::Sweep;

/// Environments and command lines of all, and the functions' limits.
pub fn look(sweep: &mut Sweep<'_>) {
    let started: Vec<u32> = records().collect();
    let runtime = pid_of("runtime.json");
    for pid in processes() {
        let ancestors = ancestors(pid);
        if !ancestors.iter().any(|ancestor| started.contains(ancestor)) {
            continue;
        }
        for part in ["environ", "cmdline"] {
            let place = format!("/proc/{pid}/{part}");
            // Environments come and go: what has ended cannot be looked at.
            sweep.look("processes", &place, &std::fs::read(&place).unwrap_or_default());
        }
        let is_function = runtime.is_some_and(|runtime| pid != runtime && ancestors.contains(&runtime));
        if let Some(limits) = is_function.then(|| std::fs::read_to_string(format!("/proc/{pid}/limits")).ok())
        {
            expect_no_core_dump(pid, limits);
            sweep.look("functions", &format!("/proc/{pid}"), &[]);
        }
    }
}

fn expect_no_core_dump(pid: u32, limits: Option<String>) {
    let Some(limits) = limits else { return };
    let core = limits.lines().find_map(|line| line.strip_prefix("Max core file size")).unwrap();
    let soft_and_hard: Vec<_> = core.split_whitespace().take(2).collect();
    assert_eq!(soft_and_hard, ["0", "0"], "function {pid} may leave a core dump: {core}");
}

/// The processes that the stack has recorded.
fn records() -> impl Iterator<Item = u32> {
    let files = std::fs::read_dir(root().join(".stack/run")).unwrap().flatten();
    files.filter_map(|file| pid_in(&file.path()))
}

fn pid_of(name: &str) -> Option<u32> {
    pid_in(&root().join(".stack/run").join(name))
}

fn pid_in(file: &Path) -> Option<u32> {
    let record: Value = serde_json::from_slice(&std::fs::read(file).ok()?).ok()?;
    u32::try_from(record["pid"].as_u64()?).ok()
}

fn processes() -> impl Iterator<Item = u32> {
    let entries = std::fs::read_dir("/proc").unwrap().flatten();
    entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok())
}

/// The process, its parent, the parent's parent and so on.
fn ancestors(pid: u32) -> Vec<u32> {
    std::iter::successors(Some(pid), |pid| {
        let status = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
        status.lines().find_map(|line| line.strip_prefix("PPid:"))?.trim().parse().ok()
    })
    .take_while(|pid| *pid > 0)
    .collect()
}
