//! The servers through Docker Compose.

mod found;

pub use found::{Found, find};

use std::path::Path;
use std::process::Command;

use crate::failure::{Doing, Failure, Outcome};
use crate::port_holder;
use crate::ports::Port;
use crate::say;
use crate::settings::Engine;
use crate::stack::Stack;

/// The services of docker-compose.yml that `up` starts, and where each listens.
pub const SERVERS: [(&str, Port); 5] = [
    ("kafka", Port::Kafka),
    ("mysql", Port::Mysql),
    ("dynamodb", Port::Dynamodb),
    ("elasticsearch", Port::Search),
    ("connect", Port::Connect),
];

/// The one beside them that is started by hand.
const BESIDE: &str = "opensearch";

/// The names of the servers that Compose runs; none where it runs none.
pub fn servers(stack: &Stack) -> impl Iterator<Item = &'static str> + use<> {
    let runs = stack.settings.engine == Engine::Docker;
    let all: &[(&str, Port)] = if runs { &SERVERS } else { &[] };
    all.iter().map(|(name, _)| *name).chain(runs.then_some(BESIDE))
}

/// Whether a server of this checkout runs in a container.
pub fn runs(stack: &Stack) -> bool {
    let project = project(&stack.place.root);
    let label = format!("label=com.docker.compose.project={project}");
    found::ask(&["ps", "--quiet", "--filter", &label]).is_ok_and(|containers| !containers.trim().is_empty())
}

/// Starts servers, all of them if none is named, and waits for their health checks.
///
/// # Errors
/// Compose has said why.
pub fn up(stack: &Stack, names: &[&str]) -> Outcome {
    let arguments = [&["up", "--detach", "--wait", "--wait-timeout", "300"], names].concat();
    compose(stack, &arguments).map_err(|failure| failure.remedy(remedy(stack)))
}

/// What helps when servers do not start.
fn remedy(stack: &Stack) -> String {
    // Docker itself holds the ports of what runs: docker-proxy, or rootlesskit where it is not root's.
    let is_foreign = |holder: &String| !holder.starts_with("docker") && !holder.starts_with("rootless");
    let foreign = SERVERS.iter().find_map(|(_, port)| {
        let holder = port_holder::of(stack.ports.get(*port)).filter(is_foreign)?;
        Some((*port, holder))
    });
    match foreign {
        Some((port, holder)) => {
            let (number, variable) = (stack.ports.get(port), port.variable());
            format!("port {number} is held by {holder}: {}", port_holder::remedy(variable))
        }
        None => "`cargo xtask logs NAME` shows a server's log; `--engine native` needs no Docker".to_owned(),
    }
}

/// Shows the containers, also those that have ended.
///
/// # Errors
/// Compose has said why.
pub fn status(stack: &Stack) -> Outcome {
    run(stack, &["ps", "--all", "--format", "table {{.Service}}\t{{.Status}}\t{{.Ports}}"])
}

/// Runs a Compose command with its output shown; the ports are given to it by the same variables
/// that everything else uses.
///
/// # Errors
/// It did not succeed; it has said why.
pub fn compose(stack: &Stack, arguments: &[&str]) -> Outcome {
    say::progress("docker", format!("compose {}", arguments.join(" ")));
    run(stack, arguments)
}

fn run(stack: &Stack, arguments: &[&str]) -> Outcome {
    // Compose itself would wait for ever for an engine that hangs.
    found::versions().map_err(|why| {
        Failure::new(format!("Docker, which runs the servers, does not answer: {why}"))
            .remedy("start it, or go on without it and its data: `cargo xtask up --engine native`")
    })?;
    let mut docker = Command::new("docker");
    docker.arg("compose").args(arguments);
    docker.current_dir(&stack.place.root).envs(stack.variables());
    // It would redraw lines that others have written meanwhile.
    docker.env("COMPOSE_PROGRESS", "plain");
    let status = docker.status().doing(|| "run docker".to_owned())?;
    if status.success() {
        return Ok(());
    }
    Err(Failure::new(format!("docker compose {} failed: see above", arguments.join(" "))))
}

/// Two checkouts side by side are two projects: the name ends in a fingerprint of the folder.
pub fn project(root: &Path) -> String {
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
