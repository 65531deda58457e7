//! What is wrong with a template or a parameters file, and what to do about it.

use std::fmt;
use std::path::{Path, PathBuf};

/// One fault, with its place and its remedy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// 1-based line, 0 where it is not known.
    pub line: usize,
    /// Where in the document, such as `Resources.Pay.Properties.Timeout`.
    pub path: String,
    /// What is wrong and what to do.
    pub message: String,
    /// The file it is in, where that is another than the one being read: a nested template's.
    pub file: Option<PathBuf>,
}

impl Fault {
    /// A fault whose path is filled in by who knows it.
    pub fn at(line: usize, message: impl Into<String>) -> Self {
        Self { line, path: String::new(), message: message.into(), file: None }
    }

    /// The same fault, one level further out.
    #[must_use]
    pub fn within(mut self, step: &str) -> Self {
        self.path = if self.path.is_empty() { step.to_owned() } else { format!("{step}.{}", self.path) };
        self
    }

    /// The same fault, with the file it is in.
    #[must_use]
    pub fn in_file(mut self, file: &Path) -> Self {
        self.file.get_or_insert_with(|| file.to_owned());
        self
    }
}

/// Everything that is wrong with one file: all of it at once, so that it is mended in one go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemplateError {
    /// The file that is to be mended.
    pub file: PathBuf,
    /// At least one fault.
    pub faults: Vec<Fault>,
}

impl TemplateError {
    /// The faults of a file.
    pub fn new(file: &Path, faults: Vec<Fault>) -> Self {
        Self { file: file.to_owned(), faults }
    }
}

impl fmt::Display for TemplateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, fault) in self.faults.iter().enumerate() {
            if index > 0 {
                writeln!(f)?;
            }
            write!(f, "{}", fault.file.as_ref().unwrap_or(&self.file).display())?;
            if fault.line > 0 {
                write!(f, ":{}", fault.line)?;
            }
            if !fault.path.is_empty() {
                write!(f, ": {}", fault.path)?;
            }
            write!(f, ": {}", fault.message)?;
        }
        Ok(())
    }
}

impl std::error::Error for TemplateError {}
