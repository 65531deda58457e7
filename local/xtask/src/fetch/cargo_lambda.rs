//! cargo-lambda: whichever is on PATH, else the pinned one from Python's package index.

use std::ffi::OsString;

use super::python::{self, Environment};
use super::tool;
use crate::failure::Outcome;
use crate::stack::Stack;

/// cargo-lambda and the C compiler that it cross-compiles with.
pub const PINNED: Environment = Environment { name: "packaging", list: "infra/requirements-package.txt" };

/// A PATH on which cargo finds it.
///
/// # Errors
/// It is not here, and cannot be installed.
pub fn path(stack: &Stack) -> Outcome<OsString> {
    if tool::on_path("cargo-lambda").is_some() {
        return Ok(std::env::var_os("PATH").unwrap_or_default());
    }
    tool::path_with(&python::environment(stack, &PINNED)?)
}
