//! MariaDB: the one that is installed, else the distribution's package in a folder of ours.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::debian;
use crate::failure::{Failure, Outcome};
use crate::place;
use crate::stack::Stack;

/// Where the parts of a MariaDB are.
#[derive(Debug)]
pub struct MariaDb {
    /// The server.
    pub server: PathBuf,
    /// The script that makes an empty data folder.
    pub install_db: PathBuf,
    /// What everything is relative to: `/usr`, or ours.
    pub basedir: PathBuf,
    /// Its error messages.
    pub messages: PathBuf,
    /// Its plugins.
    pub plugins: PathBuf,
    /// Libraries that the system does not have.
    libraries: Option<PathBuf>,
}

impl MariaDb {
    /// A command of this MariaDB, with its libraries.
    pub fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        if let Some(libraries) = &self.libraries {
            command.env("LD_LIBRARY_PATH", libraries);
        }
        command
    }
}

/// Finds MariaDB, fetching it where it is missing.
///
/// # Errors
/// There is none and it cannot be fetched, with what to install.
pub fn find(stack: &Stack) -> Outcome<MariaDb> {
    for basedir in ["/usr", "/usr/local", "/opt/homebrew/opt/mariadb", "/usr/local/opt/mariadb"] {
        if let Some(installed) = at(Path::new(basedir), None) {
            return Ok(installed);
        }
    }
    let root = stack.place.downloads.join("mariadb");
    if !root.is_dir() {
        fetch(stack, &root)?;
    }
    let libraries = folder_of(&root.join("usr/lib"), "libmariadb.so.3");
    at(&root.join("usr"), libraries).ok_or_else(|| {
        Failure::new(format!("{} holds no usable MariaDB", root.display())).remedy("remove that folder")
    })
}

fn fetch(stack: &Stack, root: &Path) -> Outcome {
    let remedy = "install MariaDB's server (Fedora: dnf install mariadb-server; macOS: brew install mariadb); \
                  it need not run";
    if !debian::is_here() {
        return Err(Failure::new("MariaDB is missing").remedy(remedy));
    }
    let partial = root.with_extension(format!("partial-{}", std::process::id()));
    place::make_folder(&partial)?;
    let server: &[&str] = &["mariadb-server-core", "mariadb-server-core-10.6"];
    let client: &[&str] = &["mariadb-client-core", "mariadb-client-core-10.6"];
    let outcome = debian::unpack(stack, &[server, client], &partial);
    // The folder appears whole or not at all; who comes second uses the first one's.
    if outcome.is_err() || std::fs::rename(&partial, root).is_err() {
        place::remove_folder(&partial)?;
    }
    outcome
}

fn at(basedir: &Path, libraries: Option<PathBuf>) -> Option<MariaDb> {
    let first = |names: &[&str]| names.iter().map(|name| basedir.join(name)).find(|path| path.exists());
    Some(MariaDb {
        server: first(&["sbin/mariadbd", "libexec/mariadbd", "bin/mariadbd"])?,
        install_db: first(&["bin/mariadb-install-db", "scripts/mariadb-install-db"])?,
        messages: first(&["share/mysql/english", "share/mariadb/english"])?.parent()?.to_owned(),
        plugins: first(&["lib/mysql/plugin", "lib64/mariadb/plugin", "lib64/mysql/plugin", "lib/plugin"])
            .unwrap_or_else(|| basedir.join("lib/mysql/plugin")),
        basedir: basedir.to_owned(),
        libraries,
    })
}

/// The folder under `root` that holds a file: libraries are in one named after the architecture.
fn folder_of(root: &Path, file: &str) -> Option<PathBuf> {
    let entries = std::fs::read_dir(root).ok()?;
    entries.flatten().map(|entry| entry.path()).find(|folder| folder.join(file).exists())
}
