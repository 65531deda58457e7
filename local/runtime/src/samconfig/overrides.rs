//! `parameter_overrides` in each of its forms.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde_json::Value;

use crate::template::{Fault, read_document};

type Overrides = BTreeMap<String, Value>;

/// A text `A=1 B="x y"`, a list of such texts, a mapping; each text may be `file://PATH` of a YAML or JSON
/// file, or in the AWS CLI's form `ParameterKey=A,ParameterValue=1`.
pub(super) fn read(value: &Value, existing: impl Fn(&str) -> PathBuf) -> Result<Overrides, Fault> {
    let mut overrides = Overrides::new();
    add(value, &existing, &mut overrides).map_err(|fault| fault.within("parameter_overrides"))?;
    Ok(overrides)
}

fn add(value: &Value, existing: &impl Fn(&str) -> PathBuf, overrides: &mut Overrides) -> Result<(), Fault> {
    match value {
        Value::String(text) => words(text).iter().try_for_each(|word| add_word(word, existing, overrides)),
        Value::Array(items) => items.iter().try_for_each(|item| match item {
            // An item of a list is one value, whatever spaces are in it.
            Value::String(word) if pair(word).is_some() => add_word(word, existing, overrides),
            item => add(item, existing, overrides),
        }),
        Value::Object(members) => add_members(members, overrides),
        other => Err(Fault::at(0, format!("NAME=VALUE is wanted here, not {other}"))),
    }
}

fn add_word(word: &str, existing: &impl Fn(&str) -> PathBuf, overrides: &mut Overrides) -> Result<(), Fault> {
    if let Some(path) = word.strip_prefix("file://") {
        let document = read_document(&existing(path)).map_err(|error| Fault::at(0, error.to_string()))?;
        return add(&document, existing, overrides);
    }
    let (name, value) = pair(word)
        .ok_or_else(|| Fault::at(0, format!("NAME=VALUE or file://PATH is wanted here, not {word}")))?;
    overrides.insert(name, Value::from(value));
    Ok(())
}

/// Values by name, or the AWS CLI's `{ParameterKey, ParameterValue}`. CloudFormation joins lists by commas.
fn add_members(members: &serde_json::Map<String, Value>, overrides: &mut Overrides) -> Result<(), Fault> {
    if let (Some(Value::String(name)), Some(value)) =
        (members.get("ParameterKey"), members.get("ParameterValue"))
    {
        overrides.insert(name.clone(), value.clone());
        return Ok(());
    }
    for (name, value) in members {
        let value = match value {
            Value::Array(items) => Value::from(items.iter().map(text).collect::<Vec<_>>().join(",")),
            other => other.clone(),
        };
        overrides.insert(name.clone(), value);
    }
    Ok(())
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// `A=1`, or `ParameterKey=A,ParameterValue=1`.
fn pair(word: &str) -> Option<(String, String)> {
    if let Some(rest) = word.strip_prefix("ParameterKey=") {
        let (name, value) = rest.split_once(",ParameterValue=")?;
        return Some((unquoted(name), unquoted(value)));
    }
    let (name, value) = word.split_once('=')?;
    let is_name = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == ':');
    is_name.then(|| (name.to_owned(), unquoted(value)))
}

fn unquoted(text: &str) -> String {
    let quoted = ['"', '\''].iter().find_map(|quote| text.strip_prefix(*quote)?.strip_suffix(*quote));
    quoted.unwrap_or(text).replace("\\\"", "\"")
}

/// Separated by white space, as a shell would: quotes hold a value together.
fn words(text: &str) -> Vec<String> {
    let (mut words, mut word, mut quote, mut escaped) = (Vec::new(), String::new(), None, false);
    for c in text.chars() {
        match quote {
            _ if escaped => escaped = false,
            _ if c == '\\' => escaped = true,
            Some(open) if c == open => quote = None,
            None if matches!(c, '"' | '\'') => quote = Some(c),
            None if c.is_whitespace() => {
                words.push(std::mem::take(&mut word));
                continue;
            }
            _ => {}
        }
        word.push(c);
    }
    words.push(word);
    words.retain(|word| !word.is_empty());
    words
}
