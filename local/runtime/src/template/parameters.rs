//! The template's `Parameters`: overrides, defaults, types and allowed values.

use std::collections::BTreeMap;

use serde_json::Value;

use super::document::Node;
use super::error::Fault;
use super::settings::{Settings, text_of};

/// Begins a type whose values are in SSM's parameter store: `Default`, and what a deployment gives, are names there.
const STORED: &str = "AWS::SSM::Parameter::Value<";

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
    let kind = declared.get("Type").and_then(Node::as_str).unwrap_or("String");
    let stored = kind.strip_prefix(STORED).and_then(|kind| kind.strip_suffix('>'));
    let kind = stored.unwrap_or(kind);
    let (known, reason) = match stored {
        Some(_) => (None, "is the name of a value that SSM holds"),
        None => (deployed(name, declared, settings), "has no Default"),
    };
    let given = settings.parameters.get(name).cloned().or(known);
    let value = given.ok_or_else(|| without_value(name, declared, reason))?;
    // What is allowed is a name in the store, not what is there.
    if stored.is_none() {
        check_allowed(declared, &value)?;
    }
    if kind == "Number" && text_of(&value).is_none_or(|text| text.parse::<f64>().is_err()) {
        return Err(Fault::at(declared.line, format!("a number is wanted here, not {value}")));
    }
    Ok(if kind == "CommaDelimitedList" || kind.starts_with("List<") { list(value) } else { value })
}

/// What a deployment would give, else the template's own.
fn deployed(name: &str, declared: &Node, settings: &Settings) -> Option<Value> {
    let default = || declared.get("Default").map(Node::to_value);
    settings.deployed.get(name).cloned().or_else(default)
}

fn without_value(name: &str, declared: &Node, reason: &str) -> Fault {
    let message =
        format!("{reason}: give it a value, by --parameter {name}=… or under `Parameters: {name}:`");
    Fault::at(declared.line, message)
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
