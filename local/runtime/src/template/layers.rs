//! `Layers` that are folders of this project. There is no `/opt` here: what each language looks for there is
//! named by the variables that its interpreter reads instead.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::Template;
use super::attributes::kind_of;
use super::document::{Kind, Node};
use super::properties::Properties;

/// The variable, and where in a layer it points to.
const PATHS: [(&str, &[&str]); 4] = [
    ("PYTHONPATH", &["python", "python/lib/*/site-packages"]),
    ("NODE_PATH", &["nodejs/node_modules", "nodejs/*/node_modules"]),
    ("PATH", &["bin"]),
    ("LD_LIBRARY_PATH", &["lib"]),
];

/// The folders of a function's layers, and what of them is no folder here.
pub(super) fn folders(properties: &Properties<'_>, template: &Template) -> (Vec<PathBuf>, Vec<String>) {
    let mut found = (Vec::new(), Vec::new());
    for layer in listed(properties) {
        match folder(&layer, template) {
            Some(folder) => found.0.push(folder),
            None => found.1.push(layer.as_str().map_or_else(|| layer.to_value().to_string(), str::to_owned)),
        }
    }
    found
}

/// The layers as they are written; of a list that only AWS knows, the function that gives it.
fn listed(properties: &Properties<'_>) -> Vec<Node> {
    let Some(node) = properties.node.get("Layers") else { return Vec::new() };
    let given = node.as_intrinsic().and_then(|_| properties.resolver.value(node).ok().flatten());
    let layers = given.map_or_else(|| node.clone(), |value| Node::at_line(node.line, value));
    match layers.kind {
        Kind::List(layers) => layers,
        Kind::Scalar(Value::Null) => Vec::new(),
        kind => vec![Node { line: node.line, kind }],
    }
}

/// Lays the layers' paths before what the function, or else this machine, has there: the last layer's first, since
/// AWS lays it over the others.
pub(super) fn add_paths(folders: &[PathBuf], variables: &mut BTreeMap<String, String>) {
    for (name, places) in PATHS {
        let of_layer =
            |folder: &PathBuf| places.iter().flat_map(|place| matches(folder, place)).collect::<Vec<_>>();
        let mut paths: Vec<String> = folders.iter().rev().flat_map(of_layer).collect();
        if paths.is_empty() {
            continue;
        }
        paths.extend(variables.get(name).cloned().or_else(|| std::env::var(name).ok()));
        variables.insert(name.to_owned(), paths.join(":"));
    }
}

/// A layer of this template whose content is a folder.
fn folder(layer: &Node, template: &Template) -> Option<PathBuf> {
    let logical_id = layer.get("Ref")?.as_str()?;
    let resource = template.root.section("Resources").get(logical_id)?;
    if !kind_of(resource).ends_with("::LayerVersion") {
        return None;
    }
    let properties = resource.section("Properties");
    let content = properties.get("ContentUri").or_else(|| properties.get("Content"))?.as_str()?;
    let folder = template.file.parent().unwrap_or_else(|| Path::new(".")).join(content);
    folder.is_dir().then(|| std::path::absolute(&folder).unwrap_or(folder))
}

/// Existing folders; `*` stands for any one name.
fn matches(folder: &Path, place: &str) -> Vec<String> {
    let step = |folders: Vec<PathBuf>, name: &str| match name {
        "*" => folders.iter().flat_map(|folder| children(folder)).collect(),
        name => folders.iter().map(|folder| folder.join(name)).collect::<Vec<_>>(),
    };
    let found = place.split('/').fold(vec![folder.to_owned()], step);
    found.iter().filter(|path| path.is_dir()).map(|path| path.display().to_string()).collect()
}

fn children(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten();
    let mut children: Vec<_> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    children.sort();
    children
}
