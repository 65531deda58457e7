//! `provision`: migrations, topics, tables, index, connector; may be repeated.

use super::parameters;
use crate::failure::Outcome;
use crate::fetch::tool::{self, LongStep};
use crate::stack::Stack;

/// Runs it to its end.
///
/// # Errors
/// It failed; its log says why.
pub fn provision(stack: &Stack) -> Outcome {
    parameters::write(stack)?;
    let log = stack.place.log("provision");
    let what = "making tables, topics, index and connector";
    tool::run(
        super::command(stack, "provision")?,
        &LongStep { who: "provision", what, log: &log, grows: None },
    )
}
