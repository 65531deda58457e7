//! The values of the template's parameters on this machine.

use std::path::PathBuf;

use crate::failure::Outcome;
use crate::stack::Stack;
use crate::{place, template};

/// Written by people; `${NAME}` in it stands for the stack's addresses.
pub const FILE: &str = "local/parameters.yaml";

/// Writes the file that is read instead, with the addresses filled in.
///
/// # Errors
/// It asks for a name that does not exist.
pub fn write(stack: &Stack) -> Outcome<PathBuf> {
    let text = place::read(&stack.place.root.join(FILE))?;
    let file = stack.place.state.join("parameters.yaml");
    place::write(&file, &template::fill(&text, &stack.variables())?)?;
    Ok(file)
}
