//! The linters: installed once, pinned, under `.stack/tools`.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::failure::{Doing, Failure, Outcome};
use crate::fetch::tool::{self, LongStep};
use crate::place;
use crate::stack::Stack;

/// What is installed with Python: the environment's name and its list. Checkov and SAM want different
/// versions of the same library.
const LINTERS: (&str, &str) = ("linters", "infra/requirements.txt");
const CHECKOV: (&str, &str) = ("checkov", "infra/requirements-checkov.txt");
/// The workflows' linter, pinned.
const ACTIONLINT: &str = "github.com/rhysd/actionlint/cmd/actionlint@v1.7.12";

/// Where the Python linters are.
pub struct Linters {
    /// cfn-lint, sam and shellcheck.
    pub main: PathBuf,
    /// checkov.
    pub checkov: PathBuf,
}

/// The folders with the Python linters.
///
/// # Errors
/// There is no Python, or they cannot be installed.
pub fn linters(stack: &Stack) -> Outcome<Linters> {
    Ok(Linters { main: environment(stack, LINTERS)?, checkov: environment(stack, CHECKOV)? })
}

fn environment(stack: &Stack, (name, list): (&str, &str)) -> Outcome<PathBuf> {
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
    let log = stack.place.log("linters");
    let mut venv = Command::new(python);
    venv.args(["-m", "venv"]).arg(folder);
    tool::run(venv, &LongStep { who: "python", what: "making a place for linters", log: &log, grows: None })?;
    let mut pip = Command::new(folder.join("bin/pip"));
    pip.args(["install", "--disable-pip-version-check", "--requirement", list]);
    pip.current_dir(&stack.place.root);
    let step = LongStep { who: "python", what: "installing linters", log: &log, grows: Some(folder) };
    tool::run(pip, &step)
}

/// The workflows' linter, built at the first call.
///
/// # Errors
/// There is no Go, or it cannot be built.
pub fn actionlint(stack: &Stack) -> Outcome<PathBuf> {
    let version = ACTIONLINT.rsplit('@').next().unwrap_or_default();
    let bin = stack.place.state.join("tools");
    let file = bin.join(format!("actionlint-{version}"));
    if file.is_file() {
        return Ok(file);
    }
    if let Some(found) = tool::on_path("actionlint") {
        return Ok(found);
    }
    let Some(go) = tool::on_path("go") else {
        return Err(Failure::new("neither actionlint nor go is here").remedy("install one of them"));
    };
    place::make_folder(&bin)?;
    let mut install = Command::new(go);
    install.args(["install", ACTIONLINT]).env("GOBIN", &bin);
    let log = stack.place.log("actionlint");
    tool::run(install, &LongStep { who: "go", what: "building actionlint", log: &log, grows: None })?;
    std::fs::rename(bin.join("actionlint"), &file).doing(|| format!("make {}", file.display()))?;
    Ok(file)
}
