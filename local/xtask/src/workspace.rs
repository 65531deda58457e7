//! Builds the workspace: always whole and in one profile, since a part alone would be resolved with
//! other features, and be built again.

use std::path::PathBuf;
use std::process::Command;
use std::time::Instant;

use serde::Deserialize;

use crate::failure::{Doing, Failure, Outcome};
use crate::place::Place;
use crate::process::forget_cargo;
use crate::say;

/// The profile that everything on this machine is built in.
pub const PROFILE: &str = "local";
/// Set to skip the build: what is in the target folder is run as it is.
pub const SKIP_VARIABLE: &str = "GATEWAY_SKIP_BUILD";

/// Builds every binary of the workspace.
///
/// # Errors
/// The compiler has said why.
pub fn build(place: &Place) -> Outcome {
    if is_build_skipped() {
        say::progress("cargo", format!("build skipped ({SKIP_VARIABLE} is set)"));
        return Ok(());
    }
    cargo(place, &["build", "--profile", PROFILE, "--workspace"])
}

/// Whether what is in the target folder is run as it is.
#[must_use]
pub fn is_build_skipped() -> bool {
    std::env::var_os(SKIP_VARIABLE).is_some_and(|value| value != "0")
}

/// Runs cargo in the workspace with its output shown.
///
/// # Errors
/// It did not succeed; it has said why.
pub fn cargo(place: &Place, arguments: &[&str]) -> Outcome {
    cargo_with(place, arguments, &[])
}

/// As [`cargo`], with further environment variables.
///
/// # Errors
/// It did not succeed; it has said why.
pub fn cargo_with(place: &Place, arguments: &[&str], variables: &[(String, String)]) -> Outcome {
    let words = arguments.join(" ");
    say::progress("cargo", &words);
    let started = Instant::now();
    let mut cargo = command(place);
    let status =
        cargo.args(arguments).envs(variables.iter().cloned()).status().doing(|| "run cargo".to_owned())?;
    if !status.success() {
        return Err(Failure::new(format!("cargo {words} failed: see above")));
    }
    say::progress("cargo", format!("{}: done in {}", arguments[0], say::duration(started.elapsed())));
    Ok(())
}

/// A cargo command in the workspace.
pub fn command(place: &Place) -> Command {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    forget_cargo(&mut cargo);
    cargo.current_dir(&place.root);
    cargo
}

/// What `cargo metadata` says, as far as it matters here.
#[derive(Debug, Deserialize)]
pub struct Metadata {
    /// Where everything is built.
    pub target_directory: PathBuf,
    /// The workspace's members.
    pub packages: Vec<Package>,
}

/// A member of the workspace.
#[derive(Debug, Deserialize)]
pub struct Package {
    /// Its name.
    pub name: String,
    /// Its manifest.
    #[serde(default)]
    pub manifest_path: PathBuf,
    /// What is built from it.
    pub targets: Vec<Target>,
}

/// Something that is built.
#[derive(Debug, Deserialize)]
pub struct Target {
    /// Its name.
    pub name: String,
    /// `lib`, `bin`, `test` …
    pub kind: Vec<String>,
}

/// Asks cargo about the workspace.
///
/// # Errors
/// Cargo cannot be run, or the workspace is broken.
pub fn metadata(place: &Place) -> Outcome<Metadata> {
    let mut cargo = command(place);
    cargo.args(["metadata", "--format-version", "1", "--no-deps", "--offline"]);
    let output = cargo.output().doing(|| "run cargo metadata".to_owned())?;
    serde_json::from_slice(&output.stdout).map_err(|_| {
        Failure::new(format!("cargo metadata failed: {}", String::from_utf8_lossy(&output.stderr).trim()))
    })
}

/// The folder with the built binaries.
///
/// # Errors
/// Cargo cannot be asked where it is.
pub fn folder(place: &Place) -> Outcome<PathBuf> {
    Ok(metadata(place)?.target_directory.join(PROFILE))
}
