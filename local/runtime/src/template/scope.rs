//! Which template is being read: its file, and what its names begin with.

use std::path::{Path, PathBuf};

/// The place of a template among nested ones.
#[derive(Debug, Clone, Default)]
pub(super) struct Scope {
    /// The template's file.
    pub(super) file: PathBuf,
    /// Stands before what the template names itself: empty, or `Shop-` within the application `Shop`.
    pub(super) prefix: String,
    /// How many templates it is nested in.
    pub(super) depth: usize,
}

impl Scope {
    /// The template the command line names.
    pub(super) fn top(file: &Path) -> Self {
        Self { file: file.to_owned(), ..Self::default() }
    }

    /// A template nested in this one.
    pub(super) fn within(&self, logical_id: &str, file: &Path) -> Self {
        Self { file: file.to_owned(), prefix: format!("{}{logical_id}-", self.prefix), depth: self.depth + 1 }
    }

    /// A logical id as it is known outside of the template.
    pub(super) fn full(&self, logical_id: &str) -> String {
        format!("{}{logical_id}", self.prefix)
    }
}
