//! What each word of the command line does.

mod chaos;
mod compose;
mod dependencies;
mod env;
mod fuzz;
mod logs;
mod package;
mod part;
mod program;
mod rebuild;
mod requisites;
mod sim;
mod status;
mod stop;
mod templates;
mod test;
mod token;
mod up;

use crate::cli::{Cli, Command};
use crate::failure::Outcome;
use crate::stack::Stack;

/// Runs a command.
///
/// # Errors
/// It failed, with what a person can do about it.
pub fn run(cli: Cli) -> Outcome {
    let stack = Stack::of_this_checkout()?;
    match cli.command {
        Command::Up(options) => up::run(stack, &options),
        Command::Status => status::run(&stack),
        Command::Logs { name, follow } => logs::run(&stack, &name, follow),
        Command::Down => stop::down(&stack),
        Command::Reset => stop::reset(&stack),
        Command::Env => env::run(&stack),
        Command::Restart { name } => part::restart(&stack, &name),
        Command::Kill { name } => part::kill(&stack, &name),
        Command::Demo(passed) => program::demo(stack, &passed.arguments),
        Command::Bench(bench) => program::bench(stack, &bench),
        Command::Token(wanted) => token::run(&stack, &wanted),
        Command::Audit(passed) => program::audit(&stack, &passed.arguments),
        Command::Sim { arguments } => sim::run(&stack, &arguments),
        Command::Chaos { arguments } => chaos::run(stack, &arguments),
        Command::Test { unit_only } => test::run(stack, unit_only),
        Command::Ci => test::run(stack, false),
        Command::CheckCompose => compose::check(&stack),
        Command::Package(options) => package::run(&stack, &options),
        Command::CheckTemplates => templates::check(&stack),
        Command::CheckDependencies => dependencies::check(&stack),
        Command::FuzzApi(options) => fuzz::run(&stack, &options),
    }
}
