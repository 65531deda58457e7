//! The linters: installed once, pinned, under `.stack/tools`.

use std::path::PathBuf;
use std::process::Command;

use crate::failure::{Doing, Failure, Outcome};
use crate::fetch::python::{self, Environment};
use crate::fetch::tool::{self, LongStep};
use crate::place;
use crate::stack::Stack;

/// What is installed with Python. Checkov and SAM want different versions of the same library.
const LINTERS: Environment = Environment { name: "linters", list: "infra/requirements.txt" };
const CHECKOV: Environment = Environment { name: "checkov", list: "infra/requirements-checkov.txt" };
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
    Ok(Linters {
        main: python::environment(stack, &LINTERS)?,
        checkov: python::environment(stack, &CHECKOV)?,
    })
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
