//! The template's `Parameters`: overrides, defaults, types and allowed values.

use std::collections::BTreeMap;

use serde_json::Value;

use super::document::Node;
use super::error::Fault;
use super::settings::{Settings, text_of};

/// The value of every parameter of the template.
pub fn values(root: &Node, settings: &Settings) -> Result<BTreeMap<String, Value>, Vec<Fault>> {
    let mut values = BTreeMap::new();
    let mut faults = Vec::new();
    for (name, declared) in root.section("Parameters").entries() {
        match value(name, declared, settings) {
            Ok(value) => drop(values.insert(name.to_owned(), value)),
            Err(fault) => faults.push(fault.within(name).within("Parameters")),
        }
    }
    faults.extend(unknown(root, settings));
    if faults.is_empty() { Ok(values) } else { Err(faults) }
}

fn value(name: &str, declared: &Node, settings: &Settings) -> Result<Value, Fault> {
    let given = settings.parameters.get(name).or_else(|| settings.deployed.get(name)).cloned();
    let default = || declared.get("Default").map(Node::to_value);
    let value = given.or_else(default).ok_or_else(|| {
        Fault::at(
            declared.line,
            format!(
                "has no Default: give it a value, by --parameter {name}=… or under `Parameters: {name}:`"
            ),
        )
    })?;
    check_allowed(declared, &value)?;
    let kind = declared.get("Type").and_then(Node::as_str).unwrap_or("String");
    if kind == "Number" && text_of(&value).is_none_or(|text| text.parse::<f64>().is_err()) {
        return Err(Fault::at(declared.line, format!("a number is wanted here, not {value}")));
    }
    Ok(if kind == "CommaDelimitedList" || kind.starts_with("List<") { list(value) } else { value })
}

fn list(value: Value) -> Value {
    match text_of(&value) {
        Some(text) => text.split(',').map(str::trim).collect(),
        None => value,
    }
}

fn check_allowed(declared: &Node, value: &Value) -> Result<(), Fault> {
    let Some(allowed) = declared.get("AllowedValues").map(Node::to_value) else { return Ok(()) };
    let is_allowed =
        allowed.as_array().is_none_or(|allowed| allowed.iter().any(|each| text_of(each) == text_of(value)));
    if is_allowed { Ok(()) } else { Err(Fault::at(declared.line, format!("{value} is none of {allowed}"))) }
}

/// A value for a parameter that does not exist is a slip of the pen, and would go unnoticed.
fn unknown(root: &Node, settings: &Settings) -> Vec<Fault> {
    let declared = root.section("Parameters");
    let names =
        settings.parameters.keys().filter(|name| !name.starts_with("AWS::") && declared.get(name).is_none());
    names.map(|name| Fault::at(0, "has a value but the template does not declare it").within(name)).collect()
}
