//! The workspace's own programs: those that go on running, and those that are run to their end.

mod issuer;
mod on_instances;
mod parameters;
mod provision;
mod psp;
mod runtime;

pub use issuer::{AUDIENCE, REALM};
pub use provision::provision;
pub use runtime::{RUNTIME_HEALTH, Runtime};

use std::path::PathBuf;
use std::process::Command;

use crate::failure::{Failure, Outcome};
use crate::service::Service;
use crate::stack::Stack;
use crate::workspace;

/// The programs that go on running, in the order in which they are started.
pub const ALL: [&dyn Service; 3] = [&issuer::Issuer, &psp::PspSimulator, &runtime::Runtime];

/// A built program.
///
/// # Errors
/// It has not been built.
pub fn binary(stack: &Stack, name: &str) -> Outcome<PathBuf> {
    let file = workspace::folder(&stack.place)?.join(name);
    if file.is_file() {
        return Ok(file);
    }
    Err(Failure::new(format!("{} has not been built", file.display()))
        .remedy(format!("run `cargo xtask up` without {}", workspace::SKIP_VARIABLE)))
}

/// A command that runs a built program in the workspace, knowing all addresses.
///
/// # Errors
/// It has not been built.
pub fn command(stack: &Stack, name: &str) -> Outcome<Command> {
    let mut command = Command::new(binary(stack, name)?);
    command.current_dir(&stack.place.root).envs(stack.variables());
    Ok(command)
}
