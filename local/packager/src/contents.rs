//! What is in a function's binary, by its manifest.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use crate::error::PackError;
use crate::metadata::{Dependency, Metadata, Package};

/// A crate that is in a binary, or C code that one brings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Component {
    /// Its name on its registry.
    pub name: String,
    /// Its version.
    pub version: String,
    /// SPDX expression, as its manifest has it.
    pub license: Option<String>,
    /// Where it is developed.
    pub repository: Option<String>,
    /// The folder of its sources.
    pub folder: PathBuf,
    /// A file that its manifest names as its licence.
    pub license_file: Option<PathBuf>,
    /// Features that are turned on.
    pub features: Vec<String>,
    /// Whether it is the project's own.
    pub is_own: bool,
    /// Keys of what it depends on.
    pub dependencies: BTreeSet<String>,
}

impl Component {
    /// `name@version`, which is unique.
    #[must_use]
    pub fn key(&self) -> String {
        format!("{}@{}", self.name, self.version)
    }
}

/// Everything that is in a function's binary, by key, without the function itself.
#[derive(Debug)]
pub struct Contents {
    /// The function.
    pub root: Component,
    /// The rest.
    pub components: BTreeMap<String, Component>,
}

impl Contents {
    /// What cargo links into a function, of the crates that were `compiled`. What only helps to compile (macros, build
    /// scripts) is not in it, but for C code that a build script compiles: crates whose name ends in `-src`.
    ///
    /// # Errors
    /// There is no such function.
    pub fn of(function: &str, metadata: &Metadata, compiled: &Compiled) -> Result<Self, PackError> {
        let packages = metadata.by_id();
        let root =
            metadata.packages.iter().find(|package| package.name == function && package.source.is_none());
        let root =
            root.ok_or_else(|| PackError::Metadata(format!("the workspace has no package {function}")))?;
        let linked = |dependency: &&Dependency| {
            packages
                .get(dependency.pkg.as_str())
                .is_some_and(|(package, _)| is_linked(package, dependency) && compiled.has(package))
        };
        let mut seen = BTreeMap::new();
        let mut to_do = vec![root.id.as_str()];
        while let Some(id) = to_do.pop() {
            let Some((package, node)) = packages.get(id).filter(|_| !seen.contains_key(id)) else { continue };
            let found: Vec<&str> = node.deps.iter().filter(linked).map(|found| found.pkg.as_str()).collect();
            let names = found.iter().filter_map(|id| packages.get(id)).map(|(package, _)| key(package));
            seen.insert(id, component(package, node.features.clone(), names.collect()));
            to_do.extend(found);
        }
        let own = seen.remove(root.id.as_str());
        let root = own.ok_or_else(|| PackError::Metadata(format!("{function} is not resolved")))?;
        Ok(Self { root, components: seen.into_values().map(|found| (found.key(), found)).collect() })
    }
}

/// The crates that are compiled for the functions. Cargo's metadata has more: what tests and their features need.
#[derive(Debug)]
pub struct Compiled(BTreeSet<String>);

impl Compiled {
    /// Reads what `cargo tree --prefix none` prints: `NAME vVERSION` at the beginning of each line.
    #[must_use]
    pub fn read(tree: &str) -> Self {
        let key = |line: &str| {
            let mut words = line.split(' ');
            Some(format!("{}@{}", words.next()?, words.next()?.strip_prefix('v')?))
        };
        Self(tree.lines().filter_map(key).collect())
    }

    fn has(&self, package: &Package) -> bool {
        self.0.contains(&key(package))
    }
}

fn is_linked(package: &Package, dependency: &Dependency) -> bool {
    let is_of_kind =
        |wanted: Option<&str>| dependency.dep_kinds.iter().any(|kind| kind.kind.as_deref() == wanted);
    !package.is_macro() && (is_of_kind(None) || is_of_kind(Some("build")) && package.name.ends_with("-src"))
}

fn key(package: &Package) -> String {
    format!("{}@{}", package.name, package.version)
}

fn component(package: &Package, mut features: Vec<String>, dependencies: BTreeSet<String>) -> Component {
    features.sort();
    Component {
        name: package.name.clone(),
        version: package.version.clone(),
        license: package.license.clone(),
        repository: package.repository.clone(),
        folder: package.manifest_path.parent().map(PathBuf::from).unwrap_or_default(),
        license_file: package.license_file.clone(),
        features,
        is_own: package.source.is_none(),
        dependencies,
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A function `pay` that links `log`, which links `sys`; `sys` compiles C code of `zlib-src` by means of `cc`.
    pub(crate) fn workspace() -> Metadata {
        let package = |name: &str, kind: &str, source: &str| {
            format!(
                r#"{{"id":"{name}","name":"{name}","version":"1.0.0","license":"MIT","license_file":null,
                    "repository":"https://example.com/{name}","manifest_path":"/src/{name}/Cargo.toml",
                    "source":{source},"targets":[{{"kind":["{kind}"]}}]}}"#
            )
        };
        let registry = r#""registry+https://example.com""#;
        let packages = [
            package("pay", "bin", "null"),
            package("log", "lib", registry),
            package("derive", "proc-macro", registry),
            package("sys", "lib", registry),
            package("cc", "lib", registry),
            package("zlib-src", "lib", registry),
            package("check", "lib", registry),
        ];
        let node = |name: &str, dependencies: &[(&str, &str)]| {
            let dependencies = dependencies.iter().map(|(name, kind)| {
                format!(r#"{{"pkg":"{name}","dep_kinds":[{{"kind":{kind},"target":null}}]}}"#)
            });
            let dependencies: Vec<String> = dependencies.collect();
            format!(r#"{{"id":"{name}","deps":[{}],"features":["std","a"]}}"#, dependencies.join(","))
        };
        let nodes = [
            node("pay", &[("log", "null"), ("derive", "null"), ("check", r#""dev""#)]),
            node("log", &[("sys", "null")]),
            node("derive", &[("cc", "null")]),
            node("sys", &[("cc", r#""build""#), ("zlib-src", r#""build""#)]),
            node("cc", &[]),
            node("zlib-src", &[]),
            node("check", &[]),
        ];
        let json =
            format!(r#"{{"packages":[{}],"resolve":{{"nodes":[{}]}}}}"#, packages.join(","), nodes.join(","));
        Metadata::read(&json).unwrap()
    }

    /// All of it but what only tests need.
    pub(crate) fn compiled() -> Compiled {
        let names = ["pay", "log", "derive", "sys", "cc", "zlib-src"];
        Compiled::read(&names.map(|name| format!("{name} v1.0.0 (/src/{name})")).join("\n"))
    }

    #[test]
    fn what_is_linked_is_in_it_and_what_compiles_is_not() {
        let contents = Contents::of("pay", &workspace(), &compiled()).unwrap();
        let names: Vec<_> = contents.components.keys().map(String::as_str).collect();
        assert_eq!(names, ["log@1.0.0", "sys@1.0.0", "zlib-src@1.0.0"]);
        assert_eq!(contents.root.dependencies, BTreeSet::from(["log@1.0.0".to_owned()]));
        assert_eq!(contents.components["log@1.0.0"].features, ["a", "std"]);
        assert!(contents.root.is_own && !contents.components["log@1.0.0"].is_own);
    }

    #[test]
    fn what_only_a_test_turns_on_is_not_in_it() {
        let without =
            Compiled::read("pay v1.0.0\nlog v1.0.0 (*)\nsys v2.0.0\n\n[build-dependencies]\nzlib-src");
        let contents = Contents::of("pay", &workspace(), &without).unwrap();
        assert_eq!(contents.components.keys().collect::<Vec<_>>(), ["log@1.0.0"]);
    }

    #[test]
    fn an_unknown_function_is_an_error() {
        assert!(
            Contents::of("log", &workspace(), &compiled())
                .unwrap_err()
                .to_string()
                .contains("no package log")
        );
    }
}
