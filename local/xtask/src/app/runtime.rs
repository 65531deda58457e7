//! The local runtime: serves the template's functions.

use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use super::{on_instances, parameters};
use crate::failure::Outcome;
use crate::fetch::cargo_lambda;
use crate::ports::Port;
use crate::probe::{Probe, Request};
use crate::service::Service;
use crate::settings::Compute;
use crate::stack::Stack;
use crate::system;
use crate::workspace;

/// Where the runtime says how it is.
pub const RUNTIME_HEALTH: &str = "/_runtime/health";
/// The template, the same one that is deployed.
pub(super) const TEMPLATE: &str = "infra/template.yaml";

/// How `cargo lambda watch` builds and runs functions: as `up` has built them already, and several of each, since
/// partitions are worked on side by side.
const WATCHED_AS: [&str; 4] = ["--profile", workspace::PROFILE, "--concurrency", "2"];

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
        let address = |port| format!("127.0.0.1:{}", stack.ports.get(port));
        let mut command = super::command(stack, "esm-local")?;
        command.arg("run").arg("--parameters").arg(parameters);
        match stack.settings.compute {
            Compute::OnDemand => command.args(["--template", TEMPLATE]),
            Compute::Instances => on_instances::add(stack, &mut command)?,
        };
        command.args(["--http", &address(Port::Http), "--invoke", &address(Port::Invoke)]);
        command.arg("--log-dir").arg(stack.place.state.join("logs/functions"));
        if stack.settings.watch {
            // What it starts inherits this: `cargo lambda watch`, its compilers, the functions.
            system::start_yielding(&mut command, self.niceness());
            command.env("PATH", cargo_lambda::path(stack)?).args(["--watch", "--"]).args(WATCHED_AS);
        } else {
            command.arg("--binary").arg(workspace::folder(&stack.place)?.join("{binary}"));
        }
        Ok(command)
    }

    /// It yields to the servers, its functions (which say so themselves; with `--watch` they go as it does) to it.
    fn niceness(&self) -> i32 {
        5
    }

    /// Records in flight are finished first.
    fn stop_within(&self) -> Duration {
        Duration::from_secs(45)
    }

    /// Every binary, since the functions are among them, unless something else looks after those.
    fn made_of(&self, stack: &Stack) -> Outcome<Vec<PathBuf>> {
        let read = [TEMPLATE, on_instances::SCRIPT, parameters::FILE].map(|file| stack.place.root.join(file));
        if stack.settings.watch {
            return Ok(read.into_iter().chain([super::binary(stack, "esm-local")?]).collect());
        }
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
        files.extend(read);
        Ok(files)
    }
}
