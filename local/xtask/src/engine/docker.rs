//! The servers through Docker Compose.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::failure::{Doing, Failure, Outcome};
use crate::say;
use crate::stack::Stack;

/// An engine that has not answered by then counts as none.
const ANSWER_WITHIN: Duration = Duration::from_secs(4);

/// Whether an engine answers, and Compose is there.
pub fn answers() -> bool {
    succeeds(&["info"]) && succeeds(&["compose", "version"])
}

fn succeeds(arguments: &[&str]) -> bool {
    let quiet = Command::new("docker")
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    let Ok(mut child) = quiet else { return false };
    let asked = Instant::now();
    while asked.elapsed() < ANSWER_WITHIN {
        match child.try_wait() {
            Ok(Some(status)) => return status.success(),
            Ok(None) => std::thread::sleep(Duration::from_millis(20)),
            Err(_) => return false,
        }
    }
    // It is ours and hangs: the engine is not there.
    let _ = child.kill();
    let _ = child.wait();
    false
}

/// Starts the servers and waits for their health checks.
///
/// # Errors
/// Compose has said why.
pub fn up(stack: &Stack) -> Outcome {
    compose(stack, &["up", "--detach", "--wait", "--wait-timeout", "300"])
}

/// Runs a Compose command with its output shown; the ports are given to it by the same variables
/// that everything else uses.
///
/// # Errors
/// It did not succeed; it has said why.
pub fn compose(stack: &Stack, arguments: &[&str]) -> Outcome {
    say::progress("docker", format!("compose {}", arguments.join(" ")));
    let mut docker = Command::new("docker");
    docker.args(["compose", "--project-name", &project(&stack.place.root)]).args(arguments);
    docker.current_dir(&stack.place.root).envs(stack.variables());
    let status = docker.status().doing(|| "run docker".to_owned())?;
    if status.success() {
        return Ok(());
    }
    Err(Failure::new(format!("docker compose {} failed: see above", arguments.join(" ")))
        .remedy("`cargo xtask logs NAME` shows a server's log; `--engine native` needs no Docker"))
}

/// Two checkouts side by side are two projects: the name ends in a fingerprint of the folder.
fn project(root: &Path) -> String {
    let hash = root
        .display()
        .to_string()
        .bytes()
        .fold(0_u32, |hash, byte| hash.wrapping_mul(31).wrapping_add(u32::from(byte)));
    format!("gateway-{hash:08x}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_checkout_is_a_project_of_its_own_and_always_the_same() {
        assert_ne!(project(Path::new("/a/gateway")), project(Path::new("/b/gateway")));
        assert_eq!(project(Path::new("/a/gateway")), project(Path::new("/a/gateway")));
    }
}
