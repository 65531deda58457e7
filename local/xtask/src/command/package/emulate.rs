//! Running the other processor's programs: qemu's user mode with that processor's glibc, both unpacked into a folder
//! of ours. Nothing of the system is changed, and apt's own state is left alone.

use std::path::Path;
use std::process::Command;

use super::arch::Arch;
use crate::failure::{Doing, Failure, Outcome};
use crate::fetch::debian;
use crate::fetch::tool::{self, LongStep};
use crate::place;
use crate::stack::Stack;

/// What a function is linked against at start: glibc, and what unwinds.
const LIBRARIES: [&str; 2] = ["libc6", "libgcc-s1"];

/// The words before a program for `arch`: none where this machine runs it; nothing where it cannot be run at all.
///
/// # Errors
/// The emulator or the libraries cannot be fetched.
pub fn emulator(stack: &Stack, arch: Arch) -> Outcome<Option<Vec<String>>> {
    if arch.is_native() {
        return Ok(Some(Vec::new()));
    }
    if !debian::is_here() {
        return Ok(None);
    }
    let folder = stack.place.downloads.join(format!("emulate-{}", arch.name()));
    let name = format!("qemu-{}-static", arch.machine());
    let here = folder.join("qemu/usr/bin").join(&name);
    let qemu = match tool::on_path(&name) {
        Some(installed) => installed,
        None => {
            if !here.is_file() {
                debian::unpack(stack, &[&["qemu-user-static"]], &folder.join("qemu"))?;
            }
            here
        }
    };
    let libraries = folder.join("root");
    if !libraries.join("complete").is_file() {
        fetch_libraries(stack, arch, &libraries)?;
        place::write(&libraries.join("complete"), "")?;
    }
    Ok(Some(vec![qemu.display().to_string(), "-L".to_owned(), libraries.display().to_string()]))
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
