//! The local runtime: serves the template's functions.

use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use super::parameters;
use crate::failure::Outcome;
use crate::ports::Port;
use crate::probe::{Probe, Request};
use crate::service::Service;
use crate::stack::Stack;
use crate::workspace;

/// Where the runtime says how it is.
pub const RUNTIME_HEALTH: &str = "/_runtime/health";
/// The template, the same one that is deployed.
const TEMPLATE: &str = "infra/template.yaml";

/// The runtime.
#[derive(Debug)]
pub struct Runtime;

impl Service for Runtime {
    fn name(&self) -> &'static str {
        "runtime"
    }

    fn ports(&self) -> &'static [Port] {
        &[Port::Invoke, Port::Http]
    }

    fn probe(&self) -> Probe {
        Probe::Http(Request::get(RUNTIME_HEALTH))
    }

    fn command(&self, stack: &Stack) -> Outcome<Command> {
        let parameters = parameters::write(stack)?;
        let binaries = workspace::folder(&stack.place)?.join("{binary}");
        let address = |port| format!("127.0.0.1:{}", stack.ports.get(port));
        let mut command = super::command(stack, "esm-local")?;
        command.args(["run", "--template", TEMPLATE, "--parameters"]).arg(parameters);
        command.args(["--http", &address(Port::Http), "--invoke", &address(Port::Invoke)]);
        command.arg("--binary").arg(binaries);
        command.arg("--log-dir").arg(stack.place.state.join("logs/functions"));
        Ok(command)
    }

    /// It yields to the servers, its functions (which say so themselves) to it.
    fn niceness(&self) -> i32 {
        5
    }

    /// Records in flight are finished first.
    fn stop_within(&self) -> Duration {
        Duration::from_secs(45)
    }

    /// Every binary, since the functions are among them.
    fn made_of(&self, stack: &Stack) -> Outcome<Vec<PathBuf>> {
        let metadata = workspace::metadata(&stack.place)?;
        let folder = metadata.target_directory.join(workspace::PROFILE);
        let functions = metadata.packages.iter().flat_map(|package| &package.targets);
        let tools = [
            "psp-simulator",
            "token-issuer",
            "provision-stack",
            "demo",
            "bench",
            "audit",
            "chaos",
            "sim",
            "esm-local-bench",
            "packager",
            "xtask",
        ];
        let mut files: Vec<PathBuf> = functions
            .filter(|target| {
                target.kind.iter().any(|kind| kind == "bin") && !tools.contains(&target.name.as_str())
            })
            .map(|target| folder.join(&target.name))
            .collect();
        files.extend([stack.place.root.join(TEMPLATE), stack.place.root.join(parameters::FILE)]);
        Ok(files)
    }
}
