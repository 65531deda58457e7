//! What `cargo metadata` says, as far as it matters here.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::Deserialize;

use crate::error::PackError;

/// The workspace with everything it depends on.
#[derive(Debug, Deserialize)]
pub struct Metadata {
    pub(crate) packages: Vec<Package>,
    pub(crate) resolve: Resolve,
}

/// A crate.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Package {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) version: String,
    pub(crate) license: Option<String>,
    pub(crate) license_file: Option<PathBuf>,
    pub(crate) repository: Option<String>,
    pub(crate) manifest_path: PathBuf,
    pub(crate) source: Option<String>,
    pub(crate) targets: Vec<Target>,
}

/// What is built from a crate.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Target {
    pub(crate) kind: Vec<String>,
}

/// Which crates depend on which, with the features that are turned on.
#[derive(Debug, Deserialize)]
pub(crate) struct Resolve {
    pub(crate) nodes: Vec<Node>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Node {
    pub(crate) id: String,
    pub(crate) deps: Vec<Dependency>,
    #[serde(default)]
    pub(crate) features: Vec<String>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Dependency {
    pub(crate) pkg: String,
    pub(crate) dep_kinds: Vec<DependencyKind>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct DependencyKind {
    /// Nothing for what is linked, `build` or `dev` else.
    pub(crate) kind: Option<String>,
}

impl Metadata {
    /// Reads cargo's JSON.
    ///
    /// # Errors
    /// It is none of cargo's.
    pub fn read(json: &str) -> Result<Self, PackError> {
        serde_json::from_str(json).map_err(|error| PackError::Metadata(error.to_string()))
    }

    pub(crate) fn by_id(&self) -> BTreeMap<&str, (&Package, &Node)> {
        let nodes: BTreeMap<_, _> = self.resolve.nodes.iter().map(|node| (node.id.as_str(), node)).collect();
        let known = self.packages.iter();
        known
            .filter_map(|package| Some((package.id.as_str(), (package, *nodes.get(package.id.as_str())?))))
            .collect()
    }
}

impl Package {
    pub(crate) fn is_macro(&self) -> bool {
        self.targets.iter().any(|target| target.kind.iter().any(|kind| kind == "proc-macro"))
    }
}
