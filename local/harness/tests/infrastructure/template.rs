//! The templates as values, and the stages' parameters.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use esm_local::template::{Settings, Template};
use serde_json::Value;

/// The templates in the order in which `infra/deploy.sh` deploys them; `template` is the functions'.
pub const PARTS: [&str; 12] = [
    "security",
    "network",
    "streaming",
    "topics",
    "database",
    "search",
    "provision",
    "capacity",
    "template",
    "cdc",
    "observability",
    "domain",
];
/// Every stage.
pub const STAGES: [&str; 2] = ["dev", "prod"];

pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

pub fn read(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// A template as written; intrinsic functions are mappings of one key.
pub fn document(part: &str) -> Value {
    document_at(&root().join(format!("infra/{part}.yaml")))
}

/// A template in a file of its own.
pub fn document_at(file: &Path) -> Value {
    Template::read(file, Settings::default()).unwrap_or_else(|error| panic!("{error}")).document()
}

/// The resources of a template by type, as logical id and properties.
pub fn resources(document: &Value, kind: &str) -> Vec<(String, Value)> {
    let all = document["Resources"].as_object().unwrap().iter();
    let of_kind = all.filter(|(_, resource)| resource["Type"] == kind);
    of_kind.map(|(id, resource)| (id.clone(), resource["Properties"].clone())).collect()
}

/// A function of `infra/template.yaml`.
pub struct Function {
    /// Its crate's name, which its code's folder has too.
    pub name: String,
    /// Its properties as written.
    pub properties: Value,
}

impl Function {
    /// Events of one type, such as `MSK`.
    pub fn events(&self, kind: &str) -> Vec<Value> {
        let events = self.properties["Events"].as_object().into_iter().flatten();
        events
            .filter(|(_, event)| event["Type"] == kind)
            .map(|(_, event)| event["Properties"].clone())
            .collect()
    }

    /// The names of its own environment variables.
    pub fn variables(&self) -> BTreeSet<String> {
        let variables = self.properties["Environment"]["Variables"].as_object();
        variables.into_iter().flatten().map(|(name, _)| name.clone()).collect()
    }

    /// Its time-out, or the one for all, in seconds.
    pub fn timeout_s(&self) -> i64 {
        let own = self.properties["Timeout"].as_i64();
        own.unwrap_or_else(|| document("template")["Globals"]["Function"]["Timeout"].as_i64().unwrap())
    }
}

/// Every function of a template.
pub fn functions_of(part: &str) -> Vec<Function> {
    functions_in(&document(part))
}

/// Every function of a template that is read already.
pub fn functions_in(document: &Value) -> Vec<Function> {
    let functions = resources(document, "AWS::Serverless::Function");
    let name = |properties: &Value| {
        let zip = properties["CodeUri"].as_str().unwrap().rsplit('/').next().unwrap();
        zip.strip_suffix(".zip").unwrap_or_else(|| panic!("{zip} is no zip")).to_owned()
    };
    functions.into_iter().map(|(_, properties)| Function { name: name(&properties), properties }).collect()
}

/// Every function of `infra/template.yaml`.
pub fn functions() -> Vec<Function> {
    functions_of("template")
}

/// One of them.
pub fn function(name: &str) -> Function {
    functions().into_iter().find(|function| function.name == name).unwrap_or_else(|| panic!("no {name}"))
}

/// The values of a stage's file.
pub fn stage(name: &str) -> BTreeMap<String, String> {
    let text = read(&format!("infra/stages/{name}.yaml"));
    let lines = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    let pairs = lines.map(|line| line.split_once(": ").unwrap_or_else(|| panic!("{name}: {line}")));
    pairs.map(|(key, value)| (key.to_owned(), value.trim_matches('"').to_owned())).collect()
}

/// A number as a stage deploys it: written, or by a parameter with the stage's or its own default value.
pub fn number(value: &Value, document: &Value, stage: &BTreeMap<String, String>) -> i64 {
    let Some(name) = value["Ref"].as_str() else {
        return value.as_i64().unwrap_or_else(|| panic!("{value} is no number"));
    };
    let default = || document["Parameters"][name]["Default"].as_i64().map(|number| number.to_string());
    let text = stage.get(name).cloned().or_else(default).unwrap_or_else(|| panic!("{name} has no value"));
    text.parse().unwrap_or_else(|error| panic!("{name} is {text}: {error}"))
}

/// A parameter's number in a stage.
pub fn parameter(name: &str, part: &str, stage: &BTreeMap<String, String>) -> i64 {
    number(&serde_json::json!({ "Ref": name }), &document(part), stage)
}

/// What stands for a value in texts: `${X}` for references, the pattern of a `Sub`.
pub fn text(value: &Value) -> String {
    if let Some(text) = value.as_str() {
        return text.to_owned();
    }
    if let Some(name) = value["Ref"].as_str().or(value["Fn::GetAtt"].as_str()) {
        return format!("${{{name}}}");
    }
    value["Fn::Sub"].as_str().map_or_else(|| panic!("{value} is no text"), str::to_owned)
}
