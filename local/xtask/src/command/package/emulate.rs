//! Running the other processor's programs: qemu's user mode with that processor's glibc, both unpacked into a folder
//! of ours. Nothing of the system is changed, and apt's own state is left alone.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::arch::Arch;
use crate::failure::{Doing, Failure, Outcome};
use crate::fetch::debian;
use crate::fetch::tool::{self, LongStep};
use crate::place;
use crate::stack::Stack;

/// What a function is linked against at start: glibc, and what unwinds.
const LIBRARIES: [&str; 2] = ["libc6", "libgcc-s1"];

/// The words before a program for `arch`: none where this machine runs it.
///
/// # Errors
/// Nothing here runs it, and what does cannot be fetched.
pub fn emulator(stack: &Stack, arch: Arch) -> Outcome<Vec<String>> {
    if arch.is_native() {
        return Ok(Vec::new());
    }
    if !debian::is_here() {
        return Err(Failure::new(format!("nothing here runs programs for {}", arch.name())));
    }
    let folder = stack.place.downloads.join(format!("emulate-{}", arch.name()));
    let qemu = qemu(stack, arch, &folder.join("qemu"))?;
    let libraries = folder.join("root");
    if !libraries.join("complete").is_file() {
        fetch_libraries(stack, arch, &libraries)?;
        place::write(&libraries.join("complete"), "")?;
    }
    Ok(vec![qemu.display().to_string(), "-L".to_owned(), libraries.display().to_string()])
}

/// qemu's user mode: the installed one, or one of ours.
fn qemu(stack: &Stack, arch: Arch, folder: &Path) -> Outcome<PathBuf> {
    let name = format!("qemu-{}-static", arch.machine());
    if let Some(installed) = tool::on_path(&name) {
        return Ok(installed);
    }
    let here = folder.join("usr/bin").join(&name);
    if !here.is_file() {
        debian::unpack(stack, &[&["qemu-user-static"]], folder)?;
    }
    Ok(here)
}

/// The other processor's packages, by an apt state of its own with the system's sources and keys.
fn fetch_libraries(stack: &Stack, arch: Arch, root: &Path) -> Outcome {
    place::remove_folder(root)?;
    let state = root.with_extension("apt");
    for folder in ["lists/partial", "cache/archives/partial", "debs"] {
        place::make_folder(&state.join(folder))?;
    }
    place::write(&state.join("status"), "")?;
    let log = stack.place.log("package-emulate");
    for words in [&["update"][..], &[&["download"], &LIBRARIES[..]].concat()] {
        let mut apt = Command::new("apt-get");
        apt.current_dir(state.join("debs")).args(options(arch, &state)).args(words);
        let what = format!("fetching glibc for {}: {}", arch.name(), words[0]);
        tool::run(apt, &LongStep { who: "package", what: &what, log: &log, grows: None })?;
    }
    let debs = state.join("debs");
    for archive in std::fs::read_dir(&debs).doing(|| format!("read {}", debs.display()))?.flatten() {
        let mut unpack = Command::new("dpkg");
        unpack.arg("-x").arg(archive.path()).arg(root);
        let status = unpack.status().doing(|| "run dpkg".to_owned())?;
        if !status.success() {
            return Err(Failure::new(format!("dpkg cannot unpack {}", archive.path().display())));
        }
    }
    place::remove_folder(&state)
}

fn options(arch: Arch, state: &Path) -> Vec<String> {
    let at = |name: &str| state.join(name).display().to_string();
    let architecture = arch.debian();
    [
        format!("APT::Architecture={architecture}"),
        format!("APT::Architectures::={architecture}"),
        format!("Dir::State={}", at("")),
        format!("Dir::State::Lists={}", at("lists")),
        format!("Dir::State::status={}", at("status")),
        format!("Dir::Cache={}", at("cache")),
        // The sandbox's user may not write into a folder of ours.
        "APT::Sandbox::User=root".to_owned(),
    ]
    .iter()
    .flat_map(|option| ["-o".to_owned(), option.clone()])
    .collect()
}
