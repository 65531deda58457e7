//! `Fn::Sub`: `${Name}`, `${Resource.Attribute}`, `${Own}` and the literal `${!text}`.

use serde_json::Value;

use super::document::{EMPTY, Kind, Node};
use super::error::Fault;
use super::intrinsics::arguments;
use super::resolver::Resolver;
use super::settings::text_of;

impl Resolver<'_> {
    /// Both forms: a text, or [text, {own variables}].
    pub(super) fn sub(&self, argument: &Node) -> Result<Value, Fault> {
        let (text, own) = match &argument.kind {
            Kind::List(_) => {
                let [text, own] = arguments(argument, "Sub wants a text, or [text, {variables}]")?;
                (text, own)
            }
            _ => (argument, &EMPTY),
        };
        let template = text.as_str().ok_or_else(|| Fault::at(text.line, "Sub wants a text"))?;
        substitute(template, |name| self.variable(name, own, text.line)).map(Value::from)
    }

    fn variable(&self, name: &str, own: &Node, line: usize) -> Result<String, Fault> {
        let value = match (own.get(name), name.split_once('.')) {
            (Some(node), _) => self.value(node)?,
            (None, Some((resource, attribute))) => Some(self.attribute(resource, attribute)?),
            (None, None) => self.reference(name)?,
        };
        let value = value.unwrap_or_default();
        text_of(&value).ok_or_else(|| Fault::at(line, format!("${{{name}}} is no text but {value}")))
    }
}

fn substitute(template: &str, variable: impl Fn(&str) -> Result<String, Fault>) -> Result<String, Fault> {
    let mut result = String::with_capacity(template.len());
    let mut rest = template;
    while let Some((before, after)) = rest.split_once("${") {
        let Some((name, tail)) = after.split_once('}') else { break };
        result.push_str(before);
        match name.strip_prefix('!') {
            Some(literal) => result.push_str(&format!("${{{literal}}}")),
            None => result.push_str(&variable(name.trim())?),
        }
        rest = tail;
    }
    result.push_str(rest);
    Ok(result)
}
