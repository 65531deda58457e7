//! The program `packager`: what is not fit fails it, and leaves nothing that could be deployed.
// A failed expectation panics.
#![allow(clippy::unwrap_used)]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The program itself stands for a function: it is built for this machine alone, and needs more than Lambda has.
const PROGRAM: &str = env!("CARGO_BIN_EXE_packager");
const METADATA: &str = r#"{"packages":[{"id":"p","name":"packager","version":"1.0.0","license":"MIT","license_file":null,
    "repository":null,"manifest_path":"/p/Cargo.toml","source":null,"targets":[]}],
    "resolve":{"nodes":[{"id":"p","deps":[],"features":[]}]}}"#;

fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

fn pack(folder: &Path, arch: &str) -> Output {
    let files =
        [("metadata.json", METADATA), ("compiled.txt", "packager v1.0.0\n"), ("Cargo.lock", "version = 4\n")];
    for (name, text) in files {
        std::fs::write(folder.join(name), text).unwrap();
    }
    std::fs::create_dir_all(folder.join("packager")).unwrap();
    std::fs::copy(PROGRAM, folder.join("packager/bootstrap")).unwrap();
    let mut packager = Command::new(PROGRAM);
    packager.args(["pack", "--arch", arch, "--binaries"]).arg(folder);
    packager.arg("--metadata").arg(folder.join("metadata.json")).arg("--lock").arg(folder.join("Cargo.lock"));
    packager.arg("--compiled").arg(folder.join("compiled.txt"));
    packager.arg("--output").arg(folder.join("output")).arg("packager").output().unwrap()
}

#[test]
fn what_lambda_could_not_start_fails_the_command_and_is_not_written() {
    let (ours, other) = if cfg!(target_arch = "aarch64") { ("arm64", "x86_64") } else { ("x86_64", "arm64") };
    for (arch, reason) in [(ours, "needs libgcc_s.so.1"), (other, "it is for machine")] {
        let folder = folder(arch);
        let output = pack(&folder, arch);
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success() && said.contains(reason), "{said}");
        assert_eq!(std::fs::read_dir(folder.join("output")).unwrap().count(), 0);
    }
}

#[test]
fn a_zip_of_anything_but_bootstrap_is_not_unpacked() {
    let folder = folder("unpack");
    std::fs::write(folder.join("pay.zip"), "no zip").unwrap();
    let unpacked =
        Command::new(PROGRAM).arg("unpack").arg(folder.join("pay.zip")).arg(&folder).output().unwrap();
    assert!(!unpacked.status.success());
    assert!(!folder.join("bootstrap").exists());
}
