//! Packages of Debian and Ubuntu: installed where a tool is missing and we may, or only fetched and
//! unpacked into a folder of ours.

use std::path::Path;
use std::process::Command;

use super::tool::{self, LongStep};
use crate::failure::{Doing, Failure, Outcome};
use crate::stack::Stack;
use crate::{place, say, system};

/// Whether this machine has apt.
pub fn is_here() -> bool {
    tool::on_path("apt-get").is_some() && tool::on_path("dpkg").is_some()
}

/// Installs packages into the system; of each group of alternatives the first that exists.
///
/// # Errors
/// This is no Debian, or we may not install; the caller says what a person should do.
pub fn install(stack: &Stack, what: &str, groups: &[&[&str]]) -> Outcome {
    let _one_at_a_time = stack.packages.lock();
    if !is_here() {
        return Err(Failure::new(format!("{what} is missing")));
    }
    let Some(privilege) = privilege() else {
        return Err(Failure::new(format!("{what} is missing, and only root may install it")));
    };
    let packages = choose_with_update(stack, groups)?;
    let mut command = privileged(privilege, "apt-get");
    command.args(["install", "-y", "--no-install-recommends"]).args(&packages);
    command.env("DEBIAN_FRONTEND", "noninteractive");
    run(stack, command, &format!("installing {}", packages.join(", ")))
}

/// The named packages and what they need beyond this system, unpacked into `root`.
///
/// Nothing is installed: no service is started, no file of the system changes, no root is needed.
///
/// # Errors
/// A package does not exist here, or cannot be fetched.
pub fn unpack(stack: &Stack, groups: &[&[&str]], root: &Path) -> Outcome {
    let _one_at_a_time = stack.packages.lock();
    say::progress("apt", "finding out what is missing");
    let wanted = choose_with_update(stack, groups)?;
    let packages = closure(&wanted)?;
    let archives = root.with_extension("debs");
    place::remove_folder(&archives)?;
    place::make_folder(&archives)?;
    let mut download = Command::new("apt-get");
    download.arg("download").args(&packages).current_dir(&archives);
    run(stack, download, &format!("fetching {}", packages.join(", ")))?;
    for archive in std::fs::read_dir(&archives).doing(|| format!("read {}", archives.display()))?.flatten() {
        let mut unpack = Command::new("dpkg");
        unpack.arg("-x").arg(archive.path()).arg(root);
        let status = unpack.status().doing(|| "run dpkg".to_owned())?;
        if !status.success() {
            return Err(Failure::new(format!("dpkg cannot unpack {}", archive.path().display())));
        }
    }
    place::remove_folder(&archives)
}

/// How commands become root's: not at all when we are root, through sudo when it asks nothing.
fn privilege() -> Option<&'static [&'static str]> {
    if system::is_root() {
        return Some(&[]);
    }
    let sudo = Command::new("sudo").args(["-n", "true"]).output().ok()?;
    sudo.status.success().then_some(&["sudo", "-n"])
}

fn privileged(privilege: &[&str], program: &str) -> Command {
    let mut words = privilege.iter().copied().chain([program]);
    let mut command = Command::new(words.next().unwrap_or(program));
    command.args(words);
    command
}

/// Chooses packages, refreshing apt's lists if one is unknown: fresh machines have empty lists.
fn choose_with_update(stack: &Stack, groups: &[&[&str]]) -> Outcome<Vec<String>> {
    if let Ok(chosen) = choose(groups) {
        return Ok(chosen);
    }
    if let Some(privilege) = privilege() {
        let mut update = privileged(privilege, "apt-get");
        update.arg("update");
        run(stack, update, "refreshing the list of packages")?;
    }
    choose(groups)
}

fn choose(groups: &[&[&str]]) -> Outcome<Vec<String>> {
    groups
        .iter()
        .map(|alternatives| {
            let known = alternatives.iter().find(|name| has_candidate(name));
            known.map(|name| (*name).to_owned()).ok_or_else(|| {
                Failure::new(format!("apt knows none of {}", alternatives.join(", ")))
                    .remedy("run `apt-get update` as root")
            })
        })
        .collect()
}

fn has_candidate(package: &str) -> bool {
    let policy = Command::new("apt-cache").args(["policy", package]).env("LC_ALL", "C").output();
    policy.is_ok_and(|output| candidate_in(&String::from_utf8_lossy(&output.stdout)))
}

fn candidate_in(policy: &str) -> bool {
    let candidate = policy.lines().find_map(|line| line.trim().strip_prefix("Candidate:"));
    candidate.is_some_and(|version| version.trim() != "(none)")
}

/// The packages with everything they need that this system lacks, by simulating their installation.
fn closure(packages: &[String]) -> Outcome<Vec<String>> {
    let mut simulate = Command::new("apt-get");
    simulate.args(["install", "-s", "--no-install-recommends"]).args(packages).env("LC_ALL", "C");
    let output = simulate.output().doing(|| "run apt-get".to_owned())?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        return Err(Failure::new(format!("apt cannot resolve {}: {said}", packages.join(", "))));
    }
    Ok(installed_by(&String::from_utf8_lossy(&output.stdout)))
}

fn installed_by(simulation: &str) -> Vec<String> {
    let lines = simulation.lines().filter_map(|line| line.strip_prefix("Inst "));
    lines.filter_map(|line| line.split(' ').next()).map(str::to_owned).collect()
}

fn run(stack: &Stack, command: Command, what: &str) -> Outcome {
    let log = stack.place.log("packages");
    tool::run(command, &LongStep { who: "apt", what, log: &log, grows: None })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_simulated_installation_names_its_packages() {
        let simulation = "Reading package lists...\nInst libaio1 (0.3.113-4 Debian:12 [amd64])\n\
                          Inst mariadb-server-core (1:10.11 Debian [amd64])\nConf libaio1 (0.3)\n";
        assert_eq!(installed_by(simulation), ["libaio1", "mariadb-server-core"]);
    }

    #[test]
    fn a_package_is_known_only_with_a_candidate() {
        let rows = [
            ("maven:\n  Installed: (none)\n  Candidate: 3.8.7-1\n", true),
            ("maven:\n  Installed: (none)\n  Candidate: (none)\n", false),
            ("", false),
        ];
        for (policy, known) in rows {
            assert_eq!(candidate_in(policy), known, "{policy}");
        }
    }
}
