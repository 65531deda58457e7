//! `cargo xtask chaos`: parts of a stack of its own are ended at random, under load.

use super::{program, up};
use crate::cli::Up;
use crate::failure::Outcome;
use crate::settings::Engine;
use crate::stack::Stack;

/// Starts an empty stack and wreaks havoc on it. What runs stays, to be looked at.
pub fn run(stack: Stack, arguments: &[String]) -> Outcome {
    // Help needs no stack.
    if arguments.iter().any(|argument| argument == "--help" || argument == "-h") {
        return program::run(&stack, "chaos", arguments);
    }
    program::run(&start(stack)?, "chaos", arguments)
}

/// An empty stack of this machine's own processes, with tables that outlive theirs.
pub fn start(stack: Stack) -> Outcome<Stack> {
    up::start(stack, &Up { engine: Some(Engine::Native), fresh: true, durable: true, ..Up::default() })
}
