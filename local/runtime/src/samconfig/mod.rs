//! `samconfig.toml` (or `.yaml`): what `sam` is told by it about a project, and this program in a section of
//! its own, `[default.esm_local.parameters]`.
//!
//! A command's value is looked for in its own section, then in those of the `sam` commands that use it, then in
//! `global`, as `sam` does for its own.

mod options;
mod overrides;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::Value;

pub use options::OwnOptions;

use crate::template::{Fault, TemplateError, read_document};

/// The names `sam` gives it.
pub const FILE_NAMES: [&str; 3] = ["samconfig.toml", "samconfig.yaml", "samconfig.yml"];
/// The environment `sam` takes where none is named.
pub const ENVIRONMENT_DEFAULT: &str = "default";

/// Sections whose `template_file` is a source: that of `deploy` is often what was packaged.
const SOURCES: [&str; 7] =
    ["esm_local", "local_start_lambda", "local_invoke", "local_start_api", "build", "validate", "global"];
/// Sections that say what is deployed.
const DEPLOYMENTS: [&str; 6] =
    ["esm_local", "local_start_lambda", "local_invoke", "local_start_api", "deploy", "global"];

/// What one environment of the file says.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SamConfig {
    /// The file itself.
    pub file: PathBuf,
    /// Options of this program.
    pub own: OwnOptions,
    /// `template_file`, if it exists.
    pub template: Option<PathBuf>,
    /// `parameter_overrides`, with those of files.
    pub parameter_overrides: BTreeMap<String, Value>,
    /// `region`.
    pub region: Option<String>,
    /// `stack_name`.
    pub stack_name: Option<String>,
}

impl SamConfig {
    /// The file of a folder, or of the one folder below that has one: projects keep it beside the template.
    pub fn find(folder: &Path) -> Option<PathBuf> {
        let named =
            |folder: &Path| FILE_NAMES.iter().map(|name| folder.join(name)).find(|file| file.is_file());
        if let Some(file) = named(folder) {
            return Some(file);
        }
        let entries =
            std::fs::read_dir(if folder.as_os_str().is_empty() { Path::new(".") } else { folder }).ok()?;
        let names = entries.filter_map(|entry| Some(entry.ok()?.file_name()));
        let folders = names.map(|name| folder.join(name)).filter(|path| path.is_dir());
        let mut below: Vec<_> = folders.filter_map(|folder| named(&folder)).collect();
        if below.len() == 1 { below.pop() } else { None }
    }

    /// Reads one environment.
    ///
    /// # Errors
    /// A file that cannot be read, an environment that it has not, options that this program has not.
    pub fn read(file: &Path, environment: &str) -> Result<Self, TemplateError> {
        let document = document(file)?;
        let failed = |fault: Fault| TemplateError::new(file, vec![fault]);
        let sections = document.get(environment).filter(|sections| sections.is_object());
        let Some(sections) = sections else {
            if environment == ENVIRONMENT_DEFAULT {
                return Ok(Self { file: file.to_owned(), ..Self::default() });
            }
            let known = document.as_object().into_iter().flatten().filter(|(_, value)| value.is_object());
            let known: Vec<_> = known.map(|(name, _)| name.as_str()).collect();
            let message = format!("there is no environment {environment}, only {}", known.join(", "));
            return Err(failed(Fault::at(0, message)));
        };
        let sections = Sections { file, sections };
        let own = OwnOptions::read(sections.parameters("esm_local"), file)
            .map_err(|fault| failed(fault.within("parameters").within("esm_local").within(environment)))?;
        let text = |name| sections.text(&DEPLOYMENTS, name);
        Ok(Self {
            template: sections.template(),
            parameter_overrides: match sections.find(&DEPLOYMENTS, "parameter_overrides") {
                Some(value) => overrides::read(value, |path| sections.existing(path)).map_err(failed)?,
                None => BTreeMap::new(),
            },
            region: text("region"),
            stack_name: text("stack_name"),
            file: file.to_owned(),
            own,
        })
    }
}

fn document(file: &Path) -> Result<Value, TemplateError> {
    if file.extension().is_none_or(|extension| extension != "toml") {
        return read_document(file);
    }
    let failed = |line, message: String| TemplateError::new(file, vec![Fault::at(line, message)]);
    let text =
        std::fs::read_to_string(file).map_err(|error| failed(0, format!("cannot be read: {error}")))?;
    toml::from_str(&text).map_err(|error| {
        let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
        failed(before.matches('\n').count() + 1, format!("is no TOML: {}", error.message()))
    })
}

/// The sections of one environment.
struct Sections<'s> {
    file: &'s Path,
    sections: &'s Value,
}

impl<'s> Sections<'s> {
    fn parameters(&self, section: &str) -> Option<&'s Value> {
        self.sections.get(section)?.get("parameters")
    }

    fn find(&self, sections: &[&str], name: &str) -> Option<&'s Value> {
        sections.iter().find_map(|section| self.parameters(section)?.get(name))
    }

    fn text(&self, sections: &[&str], name: &str) -> Option<String> {
        self.find(sections, name)?.as_str().map(str::to_owned)
    }

    /// Of several sections the first whose file exists.
    fn template(&self) -> Option<PathBuf> {
        let named = ["template_file", "template"].iter().flat_map(|name| {
            SOURCES[1..].iter().filter_map(move |section| self.parameters(section)?.get(name)?.as_str())
        });
        named.map(|path| self.existing(path)).find(|path| path.is_file())
    }

    /// `sam` takes paths from the working directory. It is run in the project's root, which may lie above the
    /// file's folder: the file's folder and those above it are looked at too.
    fn existing(&self, path: &str) -> PathBuf {
        let folder = std::path::absolute(self.file).unwrap_or_else(|_| self.file.to_owned());
        let above = folder.ancestors().skip(1).map(|folder| folder.join(path));
        let here = PathBuf::from(path);
        std::iter::once(here.clone()).chain(above).find(|path| path.exists()).unwrap_or(here)
    }
}
