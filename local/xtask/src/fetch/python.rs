//! Programs from Python's package index: each list in an environment of its own under `.stack/tools`, installed
//! once and again when the list has changed.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::tool::{self, LongStep};
use crate::failure::{Failure, Outcome};
use crate::place;
use crate::stack::Stack;

/// Programs that are installed together.
#[derive(Debug, Clone, Copy)]
pub struct Environment {
    /// The environment's name.
    pub name: &'static str,
    /// The file that pins what is in it, for pip.
    pub list: &'static str,
}

/// The folder with its programs.
///
/// # Errors
/// There is no Python, or they cannot be installed.
pub fn environment(stack: &Stack, environment: &Environment) -> Outcome<PathBuf> {
    let folder = stack.place.state.join("tools").join(environment.name);
    let wanted = place::read(&stack.place.root.join(environment.list))?;
    let installed = folder.join("installed.txt");
    if std::fs::read_to_string(&installed).is_ok_and(|text| text == wanted) {
        return Ok(folder.join("bin"));
    }
    let Some(python) = tool::on_path("python3") else {
        return Err(Failure::new("python3 is not here").remedy("install python3 with its venv module"));
    };
    place::remove_folder(&folder)?;
    install(stack, &python, &folder, environment)?;
    place::write(&installed, &wanted)?;
    Ok(folder.join("bin"))
}

fn install(stack: &Stack, python: &Path, folder: &Path, environment: &Environment) -> Outcome {
    let log = stack.place.log(environment.name);
    let mut venv = Command::new(python);
    venv.args(["-m", "venv"]).arg(folder);
    let what = format!("making a place for {}", environment.name);
    tool::run(venv, &LongStep { who: "python", what: &what, log: &log, grows: None })?;
    let mut pip = Command::new(folder.join("bin/pip"));
    pip.args(["install", "--disable-pip-version-check", "--requirement", environment.list]);
    pip.current_dir(&stack.place.root);
    let what = format!("installing {}", environment.name);
    tool::run(pip, &LongStep { who: "python", what: &what, log: &log, grows: Some(folder) })
}
