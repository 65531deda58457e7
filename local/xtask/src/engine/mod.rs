//! Who runs the servers: this machine, or Docker Compose.

pub mod docker;

use crate::failure::Outcome;
use crate::service::{self, Service};
use crate::settings::Engine;
use crate::stack::Stack;
use crate::{say, server};

/// The engine asked for, else Docker Compose where one answers, else this machine.
pub fn choose(asked_for: Option<Engine>) -> Engine {
    asked_for.unwrap_or_else(|| {
        if docker::answers() {
            say::progress("engine", "Docker Compose (choose with --engine)");
            Engine::Docker
        } else {
            Engine::Native
        }
    })
}

/// Makes sure that every server runs and is ready.
///
/// # Errors
/// All that went wrong.
pub fn ensure_servers(stack: &Stack) -> Outcome {
    match stack.settings.engine {
        Engine::Native => service::ensure_all(stack, &server::ALL),
        Engine::Docker => docker::up(stack),
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
        Engine::Docker => docker::compose(stack, &["up", "--detach", "--wait", name]),
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
        Engine::Docker => docker::compose(stack, &["stop"]),
    }
}
