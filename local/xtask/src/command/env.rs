//! `cargo xtask env`: the addresses of everything, for a shell.

use crate::failure::Outcome;
use crate::say;
use crate::stack::Stack;

/// Prints `export NAME='value'` lines.
pub fn run(stack: &Stack) -> Outcome {
    for (name, value) in stack.variables() {
        say::line(format!("export {name}='{value}'"));
    }
    Ok(())
}
