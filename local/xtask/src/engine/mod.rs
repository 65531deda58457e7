//! Who runs the servers: this machine, or Docker Compose.

pub mod docker;

use crate::failure::{Failure, Outcome};
use crate::process::Record;
use crate::service::{self, Service};
use crate::settings::Engine;
use crate::stack::Stack;
use crate::{say, server};

/// The engine asked for, else the one whose servers run, else Docker Compose where it can run them, else
/// this machine.
///
/// # Errors
/// The engine asked for cannot run the servers, or another one runs them.
pub fn choose(stack: &Stack, asked_for: Option<Engine>) -> Outcome<Engine> {
    match (asked_for, running(stack)) {
        (Some(asked_for), Some(running)) if asked_for != running => {
            let what = format!("the servers are run by {} already", named(running));
            Err(Failure::new(what).remedy("run `cargo xtask down` first"))
        }
        (_, Some(running)) => Ok(running),
        (Some(Engine::Native), None) => Ok(Engine::Native),
        (Some(Engine::Docker), None) => docker_if_fit().map(|()| Engine::Docker),
        (None, None) => Ok(found(docker::find(), stack.settings.engine)),
    }
}

/// Whose servers run.
fn running(stack: &Stack) -> Option<Engine> {
    if server::ALL.iter().any(|server| Record::of_running(&stack.place, server.name()).is_some()) {
        return Some(Engine::Native);
    }
    (stack.settings.engine == Engine::Docker && docker::runs(stack)).then_some(Engine::Docker)
}

fn named(engine: Engine) -> &'static str {
    match engine {
        Engine::Native => "this machine itself",
        Engine::Docker => "Docker Compose",
    }
}

fn docker_if_fit() -> Outcome {
    let why = match docker::find() {
        docker::Found::Compose => return Ok(()),
        docker::Found::Nothing => "there is no `docker` on the path".to_owned(),
        docker::Found::Unfit(why) => why,
    };
    Err(Failure::new(format!("Docker cannot run the servers: {why}"))
        .remedy("`--engine native` needs no Docker; README.md says what Docker must have"))
}

/// Whoever has Docker is told why it is not used, or that the data of the time before is with it.
fn found(docker: docker::Found, before: Engine) -> Engine {
    match docker {
        docker::Found::Compose => {
            say::progress("engine", "Docker Compose (choose with --engine)");
            return Engine::Docker;
        }
        docker::Found::Unfit(why) => say::progress("engine", format!("this machine, not Docker: {why}")),
        docker::Found::Nothing => {}
    }
    if before == Engine::Docker {
        say::progress("engine", "the data in Docker's volumes is not seen by this machine's servers");
    }
    Engine::Native
}

/// Makes sure that every server runs and is ready.
///
/// # Errors
/// All that went wrong.
pub fn ensure_servers(stack: &Stack) -> Outcome {
    match stack.settings.engine {
        Engine::Native => service::ensure_all(stack, &server::ALL),
        Engine::Docker => docker::up(stack, &[]),
    }
}

/// Makes sure that one server runs and is ready.
///
/// # Errors
/// What went wrong.
pub fn ensure_server(stack: &Stack, name: &str) -> Outcome {
    match stack.settings.engine {
        Engine::Native => {
            let named: Vec<&dyn Service> =
                server::ALL.into_iter().filter(|service| service.name() == name).collect();
            service::ensure_all(stack, &named)
        }
        Engine::Docker => docker::up(stack, &[name]),
    }
}

/// Stops every server: first Connect, which uses the others.
///
/// # Errors
/// A server cannot be stopped.
pub fn stop_servers(stack: &Stack) -> Outcome {
    match stack.settings.engine {
        Engine::Native => {
            let (connect, others): (Vec<&dyn Service>, Vec<&dyn Service>) =
                server::ALL.iter().partition(|service| service.name() == "connect");
            service::stop_all(stack, &connect)?;
            service::stop_all(stack, &others)
        }
        Engine::Docker => docker::compose(stack, &["--profile", "*", "stop"]),
    }
}
