//! Makes of a function one that can be debugged.

use std::process::{Command, Stdio};

use super::PATIENCE;
use super::attach::{Language, NODE_ADDRESS, PYTHON_ADDRESS};
use crate::template::{Application, Compute};

/// Why a function cannot be debugged.
#[derive(Debug, thiserror::Error)]
pub enum NotDebuggable {
    /// The template has no such function.
    #[error("--debug {wanted}: there is no such function, only {known}")]
    Unknown {
        /// What was asked for.
        wanted: String,
        /// The functions there are.
        known: String,
    },
    /// Python's debugger is not there.
    #[error("--debug: {python} has no debugpy: pip install debugpy")]
    NoDebugpy {
        /// The interpreter.
        python: String,
    },
}

/// One environment, started under its language's debugger where that has to be, and time for all that calls it.
/// `wanted` is the function's name or logical id; returns its place among the functions.
///
/// # Errors
/// There is no such function, or no debugger for it.
pub fn prepare(application: &mut Application, wanted: &str) -> Result<usize, NotDebuggable> {
    let index = index_of(application, wanted)?;
    let function = &mut application.functions[index];
    function.environments_max = 1;
    function.compute = Compute::OnDemand;
    function.timeout = PATIENCE;
    let debugger = match Language::of(&function.command) {
        Language::Native => Vec::new(),
        Language::Python => {
            has_debugpy(&function.command[0])?;
            vec!["-m", "debugpy", "--listen", PYTHON_ADDRESS, "--wait-for-client"]
        }
        Language::Node => vec!["--inspect-brk", NODE_ADDRESS],
    };
    function.command = under(&function.command, &debugger);
    let routes =
        application.routes.iter_mut().filter(|route| route.function == application.functions[index].name);
    routes.for_each(|route| route.timeout = PATIENCE);
    Ok(index)
}

fn index_of(application: &Application, wanted: &str) -> Result<usize, NotDebuggable> {
    let functions = &application.functions;
    let is_wanted = |name: &str| name == wanted;
    let found =
        functions.iter().position(|function| is_wanted(&function.name) || is_wanted(&function.logical_id));
    found.ok_or_else(|| NotDebuggable::Unknown {
        wanted: wanted.to_owned(),
        known: functions.iter().map(|function| function.name.as_str()).collect::<Vec<_>>().join(", "),
    })
}

fn has_debugpy(python: &str) -> Result<(), NotDebuggable> {
    let found = Command::new(python).args(["-c", "import debugpy"]).stderr(Stdio::null()).status();
    let is_there = found.is_ok_and(|status| status.success());
    if is_there { Ok(()) } else { Err(NotDebuggable::NoDebugpy { python: python.to_owned() }) }
}

/// The interpreter's options come before the program's own.
fn under(command: &[String], debugger: &[&str]) -> Vec<String> {
    let Some((interpreter, rest)) = command.split_first() else { return Vec::new() };
    let debugger: Vec<String> = match debugger {
        ["--inspect-brk", address] => vec![format!("--inspect-brk={address}")],
        words => words.iter().map(|word| (*word).to_owned()).collect(),
    };
    std::iter::once(interpreter.clone()).chain(debugger).chain(rest.iter().cloned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn interpreters_get_their_debuggers_options_first() {
        for (command, debugger, expected) in [
            (
                &["python3", "-m", "awslambdaric", "app.handler"][..],
                &["-m", "debugpy"][..],
                "python3 -m debugpy -m awslambdaric app.handler",
            ),
            (
                &["node", "--eval", "x"],
                &["--inspect-brk", NODE_ADDRESS],
                "node --inspect-brk=127.0.0.1:9229 --eval x",
            ),
            (&["./run"], &[], "./run"),
            (&[], &[], ""),
        ] {
            let command: Vec<String> = command.iter().map(|word| (*word).to_owned()).collect();
            assert_eq!(under(&command, debugger).join(" "), expected);
        }
    }
}
