//! Whether Docker can run the servers here.

use std::io;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::say;

/// An engine that has not answered by then counts as none.
const ANSWER_WITHIN: Duration = Duration::from_secs(4);

/// Engine 25.0 and its API: the first that know a health check's `start_interval`.
const LEAST_ENGINE: (&str, [u32; 2]) = ("25.0", [1, 44]);

/// What there is of Docker on this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// Not even its client.
    Nothing,
    /// Something that cannot run the servers, and why.
    Unfit(String),
    /// An engine that answers and is new enough, and Compose.
    Compose,
}

/// Looks for what can run docker-compose.yml.
pub fn find() -> Found {
    let versions = match versions() {
        Ok(versions) => versions,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Found::Nothing,
        Err(error) => return Found::Unfit(error.to_string()),
    };
    if let Some(version) = too_old(&versions) {
        let least = LEAST_ENGINE.0;
        return Found::Unfit(format!(
            "the engine's version is {version}, and {least} is the least that will do"
        ));
    }
    match ask(&["compose", "version"]) {
        Ok(_) => Found::Compose,
        Err(_) => Found::Unfit("the client has no Compose plugin".to_owned()),
    }
}

/// The versions of the engine and of its API, if it answers.
pub(super) fn versions() -> io::Result<String> {
    ask(&["version", "--format", "{{.Server.Version}} {{.Server.APIVersion}}"])
}

/// The engine's version if it is too old, from that and its API's.
fn too_old(versions: &str) -> Option<&str> {
    let (version, api) = versions.trim().split_once(' ')?;
    let api: Vec<u32> = api.split('.').map_while(|number| number.parse().ok()).collect();
    (api < LEAST_ENGINE.1.to_vec()).then_some(version)
}

/// What docker prints; its last words are the error where it does not succeed in time.
pub(super) fn ask(arguments: &[&str]) -> io::Result<String> {
    let mut child = Command::new("docker")
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    let asked = Instant::now();
    while child.try_wait()?.is_none() {
        if asked.elapsed() > ANSWER_WITHIN {
            // It is ours and hangs: the engine is not there.
            let _ = child.kill();
            let _ = child.wait();
            let patience = say::duration(ANSWER_WITHIN);
            return Err(io::Error::other(format!("the engine has not answered within {patience}")));
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    let output = child.wait_with_output()?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let last = said.lines().rfind(|line| !line.trim().is_empty()).unwrap_or("docker does not say why");
    Err(io::Error::other(last.trim().to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_engine_is_too_old_by_its_api() {
        for (versions, expected) in [
            ("20.10.24+dfsg1 1.41\n", Some("20.10.24+dfsg1")),
            ("24.0.9 1.43", Some("24.0.9")),
            ("25.0.0 1.44", None),
            ("28.5.2 1.51", None),
            ("5.4.2 5.4.2", None),
            ("unknown", None),
        ] {
            assert_eq!(too_old(versions), expected, "{versions}");
        }
    }
}
