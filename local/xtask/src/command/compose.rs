//! `cargo xtask check-compose`: docker-compose.yml as Compose's own code reads it.
//!
//! No engine is needed: the Compose plugin reads without one, and so does the library it is made of,
//! built here once where there is Go.

use std::path::PathBuf;
use std::process::Command;

use crate::failure::{Doing, Failure, Outcome};
use crate::fetch::tool::{self, LongStep};
use crate::place;
use crate::say;
use crate::stack::Stack;

/// The reader's module, pinned.
const READER: &str = "github.com/compose-spec/compose-go/v2/cmd@v2.16.2";

/// Checks the file; says so where neither reader can be had.
pub fn check(stack: &Stack) -> Outcome {
    let Some(mut reader) = reader(stack)? else {
        say::progress("compose", "NOT CHECKED: neither docker compose nor go is here to read the file");
        return Ok(());
    };
    let output =
        reader.current_dir(&stack.place.root).output().doing(|| "run the Compose reader".to_owned())?;
    if output.status.success() {
        say::progress("compose", "docker-compose.yml is valid");
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    Err(Failure::new(format!("docker-compose.yml is not valid: {said}")))
}

fn reader(stack: &Stack) -> Outcome<Option<Command>> {
    let plugin = Command::new("docker").args(["compose", "version"]).output();
    if plugin.is_ok_and(|output| output.status.success()) {
        let mut docker = Command::new("docker");
        docker.args(["compose", "--profile", "*", "config", "--quiet"]);
        return Ok(Some(docker));
    }
    let Some(library) = library(stack)? else { return Ok(None) };
    let mut reader = Command::new(library);
    reader.arg("docker-compose.yml");
    Ok(Some(reader))
}

/// The library's own command, built at the first call and kept.
fn library(stack: &Stack) -> Outcome<Option<PathBuf>> {
    let version = READER.rsplit('@').next().unwrap_or_default();
    let file = stack.place.state.join("tools").join(format!("compose-go-{version}"));
    if file.is_file() {
        return Ok(Some(file));
    }
    let Some(go) = tool::on_path("go") else { return Ok(None) };
    let bin = stack.place.state.join("tools");
    place::make_folder(&bin)?;
    let mut install = Command::new(go);
    install.args(["install", READER]).env("GOBIN", &bin);
    let log = stack.place.log("compose-go");
    tool::run(install, &LongStep { who: "go", what: "building the Compose reader", log: &log, grows: None })?;
    std::fs::rename(bin.join("cmd"), &file).doing(|| format!("make {}", file.display()))?;
    Ok(Some(file))
}
