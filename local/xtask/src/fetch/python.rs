//! Tools that come with Python's package manager: installed once, pinned, under `.stack/tools`.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::tool::{self, LongStep};
use crate::failure::{Failure, Outcome};
use crate::place;
use crate::stack::Stack;

/// The folder of the programs that the requirements in `list` install, in an environment named `name`.
///
/// # Errors
/// There is no Python, or they cannot be installed.
pub fn environment(stack: &Stack, name: &str, list: &str) -> Outcome<PathBuf> {
    let folder = stack.place.state.join("tools").join(name);
    let wanted = place::read(&stack.place.root.join(list))?;
    let installed = folder.join("installed.txt");
    if std::fs::read_to_string(&installed).is_ok_and(|text| text == wanted) {
        return Ok(folder.join("bin"));
    }
    let Some(python) = tool::on_path("python3") else {
        return Err(Failure::new("python3 is not here").remedy("install python3 with its venv module"));
    };
    place::remove_folder(&folder)?;
    install(stack, &python, &folder, list)?;
    place::write(&installed, &wanted)?;
    Ok(folder.join("bin"))
}

fn install(stack: &Stack, python: &Path, folder: &Path, list: &str) -> Outcome {
    let log = stack.place.log("python-tools");
    let mut venv = Command::new(python);
    venv.args(["-m", "venv"]).arg(folder);
    tool::run(venv, &LongStep { who: "python", what: "making a place for tools", log: &log, grows: None })?;
    let mut pip = Command::new(folder.join("bin/pip"));
    pip.args(["install", "--disable-pip-version-check", "--requirement", list]);
    pip.current_dir(&stack.place.root);
    let what = format!("installing {list}");
    tool::run(pip, &LongStep { who: "python", what: &what, log: &log, grows: Some(folder) })
}
