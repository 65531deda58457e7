//! Compiling for Lambda, on any machine: cargo-lambda with zig as C compiler and linker.
//!
//! librdkafka comes with OpenSSL and zlib (feature `bundled` of gateway-kafka), so that a binary asks the image for
//! nothing but glibc. All functions are compiled in one call, in one set of features, in a folder of its own for
//! each processor: what they share is compiled once.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::arch::Arch;
use super::zig;
use crate::failure::{Doing, Failure, Outcome};
use crate::fetch::cargo_lambda::PINNED;
use crate::fetch::python;
use crate::fetch::tool::{self, LongStep};
use crate::place;
use crate::stack::Stack;
use crate::workspace;

/// The glibc to link against: Amazon Linux 2023's.
const GLIBC: &str = "2.34";
/// The profile of Cargo.toml.
const PROFILE: &str = "deploy";
/// What only deployed binaries have.
const FEATURES: &str = "gateway-kafka/bundled";

/// Compiles these functions.
///
/// # Errors
/// The compilers cannot be had, or have said why; their log is named.
pub fn compile(stack: &Stack, arch: Arch, functions: &[String]) -> Outcome {
    let programs = python::environment(stack, &PINNED)?;
    add_target(stack, arch)?;
    let folder = folder(stack, arch);
    place::make_folder(&folder)?;
    let mut cargo = Command::new(programs.join("cargo-lambda"));
    cargo.current_dir(&stack.place.root).args(["lambda", "build", "--locked", "--workspace"]);
    // Not `--release`: cargo-lambda would add its own idea of it, which ends a function that panics.
    cargo.args(["--profile", PROFILE, "--features", FEATURES, "--target"]);
    cargo.arg(format!("{}.{GLIBC}", arch.target()));
    cargo.args(functions.iter().flat_map(|name| ["--bin", name]));
    cargo.arg("--lambda-dir").arg(binaries(stack, arch));
    cargo.env("CARGO_TARGET_DIR", &folder).env("RUSTFLAGS", flags(stack));
    cargo.env("PATH", tool::path_with(&programs)?);
    cargo.envs(zig::variables(&stack.place.root, &programs, arch, &folder)?);
    let what = format!("compiling {} functions for {}", functions.len(), arch.name());
    let log = stack.place.log(&format!("package-{}", arch.name()));
    tool::run(cargo, &LongStep { who: "package", what: &what, log: &log, grows: Some(&folder) })
}

/// Where a processor's code is compiled. Macros' C code has the target's compiler where that is this machine's too:
/// in one folder, it would be compiled again whenever the processor changes.
fn folder(stack: &Stack, arch: Arch) -> PathBuf {
    stack.place.root.join("target/package").join(arch.name())
}

/// Where the compiled functions are: cargo-lambda takes them out of cargo's own folder, as `NAME/bootstrap`.
pub fn binaries(stack: &Stack, arch: Arch) -> PathBuf {
    folder(stack, arch).join("lambda")
}

/// A file with what cargo says of the workspace, as it is compiled here.
///
/// # Errors
/// Cargo cannot say it.
pub fn metadata(stack: &Stack, arch: Arch) -> Outcome<PathBuf> {
    let arguments = ["metadata", "--format-version", "1", "--filter-platform", arch.target()];
    said_by_cargo(stack, &arguments, &folder(stack, arch).join("metadata.json"))
}

/// A file with the crates that are compiled for the functions, a line each. The metadata has more: what only tests
/// need, and the features that they turn on.
///
/// # Errors
/// Cargo cannot say it.
pub fn compiled(stack: &Stack, arch: Arch) -> Outcome<PathBuf> {
    let arguments =
        ["tree", "--workspace", "--edges", "normal,build", "--prefix", "none", "--target", arch.target()];
    said_by_cargo(stack, &arguments, &folder(stack, arch).join("compiled.txt"))
}

fn said_by_cargo(stack: &Stack, arguments: &[&str], file: &Path) -> Outcome<PathBuf> {
    let mut cargo = workspace::command(&stack.place);
    cargo.args(arguments).args(["--locked", "--features", FEATURES]);
    let output = cargo.output().doing(|| "run cargo".to_owned())?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(Failure::new(format!("cargo {} failed: {}", arguments[0], said.trim())));
    }
    place::write(file, &String::from_utf8_lossy(&output.stdout))?;
    Ok(file.to_owned())
}

/// Panics name the sources' files: by these names, not by the folders of whoever compiled.
fn flags(stack: &Stack) -> String {
    let home = std::env::var_os("HOME").map(PathBuf::from).unwrap_or_default();
    let cargo = std::env::var_os("CARGO_HOME").map_or_else(|| home.join(".cargo"), PathBuf::from);
    let named = [(stack.place.root.clone(), "/gateway"), (cargo.join("registry/src"), "/crates")];
    let flags = named.map(|(folder, name)| format!("--remap-path-prefix={}={name}", folder.display()));
    flags.join(" ")
}

/// Rust's own library for the processor, where rustup takes care of Rust.
fn add_target(stack: &Stack, arch: Arch) -> Outcome {
    let Some(rustup) = tool::on_path("rustup") else { return Ok(()) };
    let mut add = Command::new(rustup);
    add.current_dir(&stack.place.root).args(["target", "add", arch.target()]);
    let what = format!("seeing to Rust's library for {}", arch.name());
    let log = stack.place.log("rustup");
    tool::run(add, &LongStep { who: "package", what: &what, log: &log, grows: None })
}
