//! `cargo xtask sim`: the simulation, which needs nothing running.

use crate::app;
use crate::failure::{Doing, Failure, Outcome};
use crate::stack::Stack;
use crate::workspace::{self, PROFILE};

/// Builds the simulation and runs it with these arguments.
pub fn run(stack: &Stack, arguments: &[String]) -> Outcome {
    // One program only: the workspace's others take minutes to link.
    if !workspace::is_build_skipped() {
        let build = ["build", "--profile", PROFILE, "--workspace", "--bin", "sim"];
        workspace::cargo(&stack.place, &build)?;
    }
    let status = app::command(stack, "sim")?.args(arguments).status().doing(|| "run sim".to_owned())?;
    if status.success() { Ok(()) } else { Err(Failure::new("the simulation failed: see above".to_owned())) }
}
