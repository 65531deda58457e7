//! The own section: the command line's options, by their long names.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use crate::host::CallLines;
use crate::template::Fault;

/// `[ENVIRONMENT.esm_local.parameters]`. Paths are taken from the file's folder.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct OwnOptions {
    /// `--template`.
    #[serde(alias = "template_file")]
    pub template: Option<PathBuf>,
    /// `--parameters`.
    pub parameters: Paths,
    /// `--http`.
    pub http: Option<SocketAddr>,
    /// `--invoke`.
    pub invoke: Option<SocketAddr>,
    /// `--binary`, also a path with `{binary}` in it.
    pub binary: Option<PathBuf>,
    /// `--log-dir`.
    pub log_dir: Option<PathBuf>,
    /// `--report`: `true`, or `"all"`.
    #[serde(deserialize_with = "call_lines")]
    pub report: Option<CallLines>,
    /// `--reload`.
    pub reload: bool,
    /// Read among the deployment's values, as that of `sam deploy`.
    parameter_overrides: Option<Value>,
    /// Likewise.
    region: Option<String>,
    /// Likewise.
    stack_name: Option<String>,
}

/// One path or several.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum Paths {
    /// One.
    One(PathBuf),
    /// Several; a later one is laid over the earlier ones.
    Several(Vec<PathBuf>),
}

impl Default for Paths {
    fn default() -> Self {
        Self::Several(Vec::new())
    }
}

impl Paths {
    /// All of them.
    pub fn to_vec(&self) -> Vec<PathBuf> {
        match self {
            Self::One(path) => vec![path.clone()],
            Self::Several(paths) => paths.clone(),
        }
    }
}

impl OwnOptions {
    pub(super) fn read(section: Option<&Value>, file: &Path) -> Result<Self, Fault> {
        let Some(section) = section else { return Ok(Self::default()) };
        let read: Self =
            serde_json::from_value(section.clone()).map_err(|error| Fault::at(0, error.to_string()))?;
        let folder = file.parent().unwrap_or_else(|| Path::new(""));
        let within = |path: Option<PathBuf>| path.map(|path| folder.join(path));
        Ok(Self {
            template: within(read.template),
            parameters: Paths::Several(
                read.parameters.to_vec().iter().map(|path| folder.join(path)).collect(),
            ),
            binary: within(read.binary),
            log_dir: within(read.log_dir),
            ..read
        })
    }
}

/// A switch as on the command line: on and off, or the word after it.
fn call_lines<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<CallLines>, D::Error> {
    match Value::deserialize(deserializer)? {
        Value::Bool(is_wanted) => Ok(is_wanted.then_some(CallLines::Report)),
        Value::String(text) => text.parse().map(Some).map_err(D::Error::custom),
        other => Err(D::Error::custom(format!("report: true or \"all\" is wanted here, not {other}"))),
    }
}
