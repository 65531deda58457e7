//! `cargo xtask package`: what is deployed.
//!
//! The functions are compiled for Lambda's processors against Amazon Linux 2023's glibc ([`compile`]), held against
//! what Lambda offers and zipped (the program `packager`), and on demand started as Lambda would start them
//! ([`check`]). What comes of it lies in `target/lambda/ARCH`, where the templates and `infra/deploy.sh` take it.

mod arch;
mod check;
mod compile;
mod emulate;
mod zig;

use std::path::PathBuf;

use crate::cli::Package;
use crate::failure::{Doing, Failure, Outcome};
use crate::stack::Stack;
use crate::workspace::{self, Metadata, PROFILE};
use crate::{app, say};
use arch::Arch;

/// Compiles and packs.
///
/// # Errors
/// What does not compile, what is not fit for Lambda, what does not start.
pub fn run(stack: &Stack, options: &Package) -> Outcome {
    let metadata = workspace::metadata(&stack.place)?;
    let functions = chosen(&metadata, &options.functions)?;
    build_tools(stack, options.check)?;
    for arch in Arch::all_of(options.arch) {
        if !options.no_build {
            compile::compile(stack, arch, &functions)?;
        }
        pack(stack, arch, &functions)?;
        if options.check {
            check::check(stack, arch, &functions)?;
        }
    }
    Ok(())
}

/// What packs, and what starts what was packed.
fn build_tools(stack: &Stack, check: bool) -> Outcome {
    if workspace::is_build_skipped() {
        return Ok(());
    }
    let mut build = vec!["build", "--profile", PROFILE, "--workspace", "--bin", "packager"];
    build.extend(if check { &["--bin", "esm-local"][..] } else { &[] });
    workspace::cargo(&stack.place, &build)
}

fn pack(stack: &Stack, arch: Arch, functions: &[String]) -> Outcome {
    let (described, compiled) = (compile::metadata(stack, arch)?, compile::compiled(stack, arch)?);
    let output = folder(stack, arch);
    let mut packager = app::command(stack, "packager")?;
    packager.args(["pack", "--arch", arch.name(), "--binaries"]).arg(compile::binaries(stack, arch));
    packager
        .arg("--metadata")
        .arg(described)
        .arg("--compiled")
        .arg(compiled)
        .args(["--lock", "Cargo.lock", "--output"])
        .arg(&output);
    let status = packager.args(functions).status().doing(|| "run packager".to_owned())?;
    if !status.success() {
        return Err(Failure::new(format!("nothing is packed for {}: see above", arch.name())));
    }
    say::progress("package", format!("packed in {}", output.display()));
    Ok(())
}

/// Where the zips are.
fn folder(stack: &Stack, arch: Arch) -> PathBuf {
    stack.place.root.join("target/lambda").join(arch.name())
}

/// The functions that were asked for; all of them if none was.
fn chosen(metadata: &Metadata, wanted: &[String]) -> Outcome<Vec<String>> {
    let mut all = functions(metadata);
    all.sort();
    if let Some(unknown) = wanted.iter().find(|name| !all.contains(name)) {
        return Err(Failure::new(format!("there is no function {unknown}"))
            .remedy(format!("the functions are {}", all.join(", "))));
    }
    Ok(if wanted.is_empty() { all } else { wanted.to_vec() })
}

/// Crates of their own folder under `functions`: each is one function.
fn functions(metadata: &Metadata) -> Vec<String> {
    let is_function = |manifest: &PathBuf| {
        let mut folders = manifest.iter().rev().skip(2);
        folders.next().is_some_and(|folder| folder == "functions")
    };
    let packages = metadata.packages.iter().filter(|package| is_function(&package.manifest_path));
    packages.map(|package| package.name.clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn metadata() -> Metadata {
        let package = |name: &str, folder: &str| {
            format!(r#"{{"name":"{name}","manifest_path":"/w/{folder}/Cargo.toml","targets":[]}}"#)
        };
        let packages = [
            package("settle-payment", "functions/settle-payment"),
            package("catalog", "functions/catalog"),
            package("gateway-kafka", "functions/shared/kafka"),
            package("xtask", "local/xtask"),
        ];
        let json = format!(r#"{{"target_directory":"/t","packages":[{}]}}"#, packages.join(","));
        serde_json::from_str(&json).unwrap()
    }

    #[test]
    fn a_function_is_a_crate_with_a_folder_of_its_own() {
        assert_eq!(chosen(&metadata(), &[]).unwrap(), ["catalog", "settle-payment"]);
        assert_eq!(chosen(&metadata(), &["catalog".to_owned()]).unwrap(), ["catalog"]);
        let error = chosen(&metadata(), &["gateway-kafka".to_owned()]).unwrap_err().to_string();
        assert!(error.contains("no function gateway-kafka") && error.contains("settle-payment"), "{error}");
    }
}
