//! Where things are: the project's files, and the state that git ignores.

use std::path::{Path, PathBuf};

use crate::failure::{Doing, Outcome};

/// The folders of one checkout.
#[derive(Debug, Clone)]
pub struct Place {
    /// The workspace's root.
    pub root: PathBuf,
    /// `.stack`: everything that is made while running.
    pub state: PathBuf,
    /// Downloads, kept over `reset`; checkouts may share them (`GATEWAY_STACK_CACHE`).
    pub downloads: PathBuf,
}

impl Place {
    /// The checkout that xtask was built from.
    pub fn of_this_checkout() -> Self {
        let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
        let root = manifest.ancestors().nth(2).unwrap_or(manifest).to_owned();
        let state = root.join(".stack");
        let downloads =
            std::env::var_os("GATEWAY_STACK_CACHE").map_or_else(|| state.join("downloads"), PathBuf::from);
        Self { root, state, downloads }
    }

    /// The data of a server; `reset` removes it.
    pub fn data(&self, name: &str) -> PathBuf {
        self.state.join("data").join(name)
    }

    /// The log of a process.
    pub fn log(&self, name: &str) -> PathBuf {
        self.state.join("logs").join(format!("{name}.log"))
    }

    /// The record of a running process.
    pub fn record(&self, name: &str) -> PathBuf {
        self.state.join("run").join(format!("{name}.json"))
    }

    /// A configuration file made from a template of the project.
    pub fn config(&self, name: &str) -> PathBuf {
        self.state.join("config").join(name)
    }

    /// A file of `local/stack`.
    pub fn stack_file(&self, name: &str) -> PathBuf {
        self.root.join("local/stack").join(name)
    }

    /// The ports this checkout remembers.
    pub fn ports_file(&self) -> PathBuf {
        self.state.join("ports.toml")
    }
}

/// Makes a folder with its parents.
pub fn make_folder(folder: &Path) -> Outcome {
    std::fs::create_dir_all(folder).doing(|| format!("make the folder {}", folder.display()))
}

/// Writes a file, and the folder it is in.
pub fn write(file: &Path, text: &str) -> Outcome {
    if let Some(folder) = file.parent() {
        make_folder(folder)?;
    }
    std::fs::write(file, text).doing(|| format!("write {}", file.display()))
}

/// Reads a text file.
pub fn read(file: &Path) -> Outcome<String> {
    std::fs::read_to_string(file).doing(|| format!("read {}", file.display()))
}

/// Removes a folder and all that is in it; one that is not there is fine.
pub fn remove_folder(folder: &Path) -> Outcome {
    match std::fs::remove_dir_all(folder) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        other => other.doing(|| format!("remove {}", folder.display())),
    }
}

/// The bytes of all files under a folder, as people read them.
pub fn folder_size(folder: &Path) -> String {
    format!("{} MB", bytes_under(folder) / 1_000_000)
}

fn bytes_under(folder: &Path) -> u64 {
    let Ok(entries) = std::fs::read_dir(folder) else { return 0 };
    entries
        .flatten()
        .map(|entry| match entry.metadata() {
            Ok(meta) if meta.is_dir() => bytes_under(&entry.path()),
            Ok(meta) => meta.len(),
            Err(_) => 0,
        })
        .sum()
}
