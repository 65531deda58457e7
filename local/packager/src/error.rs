//! Why nothing was packed.

use std::path::{Path, PathBuf};

/// Why nothing was packed.
#[derive(Debug, thiserror::Error)]
pub enum PackError {
    /// A file cannot be read or written.
    #[error("{}: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// A binary is none that can be looked into.
    #[error("{name} is no ELF file of 64 bits: {reason}")]
    NoBinary {
        /// The function.
        name: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A binary would not run, or not be taken, where it is to go.
    #[error("{name} is not fit for Lambda:\n  {}", reasons.join("\n  "))]
    Refused {
        /// The function.
        name: String,
        /// Everything that is wrong with it.
        reasons: Vec<String>,
    },
    /// The archive cannot be made or read.
    #[error("archive of {name}: {source}")]
    Archive {
        /// The function.
        name: String,
        /// What the library says.
        source: zip::result::ZipError,
    },
    /// What cargo says of the workspace cannot be read.
    #[error("cargo's metadata: {0}")]
    Metadata(String),
}

impl PackError {
    pub(crate) fn file(path: &Path, source: std::io::Error) -> Self {
        Self::File { path: path.to_owned(), source }
    }
}
