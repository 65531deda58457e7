//! What each word of the command line does.

mod env;
mod logs;
mod part;
mod status;
mod stop;
mod up;

use crate::cli::{Cli, Command};
use crate::failure::Outcome;
use crate::stack::Stack;
use crate::variables::Engine;

/// Runs a command.
///
/// # Errors
/// It failed, with what a person can do about it.
pub fn run(cli: Cli) -> Outcome {
    let stack = Stack::of_this_checkout(Engine::Native)?;
    match cli.command {
        Command::Up(options) => up::run(stack, &options),
        Command::Status => status::run(&stack),
        Command::Logs { name, follow } => logs::run(&stack, &name, follow),
        Command::Down => stop::down(&stack),
        Command::Reset => stop::reset(&stack),
        Command::Env => env::run(&stack),
        Command::Restart { name } => part::restart(&stack, &name),
        Command::Kill { name } => part::kill(&stack, &name),
    }
}
