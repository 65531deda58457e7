//! `cargo xtask restart NAME` and `kill NAME`: one part alone.

use crate::engine::docker;
use crate::failure::{Failure, Outcome};
use crate::service::{self, Service};
use crate::settings::Engine;
use crate::stack::Stack;
use crate::{app, process, say, server};

/// Every part that this machine runs itself.
pub fn all(stack: &Stack) -> Vec<&'static dyn Service> {
    let servers: &[&dyn Service] = if stack.settings.engine == Engine::Native { &server::ALL } else { &[] };
    servers.iter().chain(&app::ALL).copied().collect()
}

/// Stops a part and starts it again.
pub fn restart(stack: &Stack, name: &str) -> Outcome {
    let Some(part) = named(stack, name)? else {
        docker::compose(stack, &["restart", name])?;
        return docker::up(stack, &[name]);
    };
    service::stop(stack, part)?;
    service::ensure(stack, part)?;
    if name == "dynamodb" && !stack.settings.durable {
        say::progress(name, "its tables were in memory: `cargo xtask up` makes them again (empty)");
    }
    Ok(())
}

/// Ends a part as a crash would.
pub fn kill(stack: &Stack, name: &str) -> Outcome {
    let Some(part) = named(stack, name)? else { return docker::compose(stack, &["kill", name]) };
    let killed = process::kill(&stack.place, part.name())?;
    say::progress(part.name(), if killed { "ended (SIGKILL)" } else { "did not run" });
    Ok(())
}

/// The part with a name; none if it is Compose's.
fn named(stack: &Stack, name: &str) -> Outcome<Option<&'static dyn Service>> {
    let parts = all(stack);
    if let Some(part) = parts.iter().find(|part| part.name() == name) {
        return Ok(Some(*part));
    }
    let mut containers = docker::servers(stack);
    if containers.any(|container| container == name) {
        return Ok(None);
    }
    let names: Vec<&str> = docker::servers(stack).chain(parts.iter().map(|part| part.name())).collect();
    Err(Failure::new(format!("nothing is called {name}")).remedy(format!("one of: {}", names.join(", "))))
}
