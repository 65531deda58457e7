//! `anything-but`: a value that is none of those.

use serde_json::Value;

use super::document::Node;
use super::operator::Operator;
use super::text::TextTest;

/// What must not match: strings, numbers, or a text operator such as `{"prefix": "x"}`.
#[derive(Debug, Clone, PartialEq)]
pub struct AnythingBut(Vec<Operator>);

impl AnythingBut {
    /// Reads the operand: one value, a list of values, or a text operator.
    pub fn parse(operand: &Value) -> Result<Self, String> {
        match operand {
            Value::Array(values) if values.is_empty() => {
                Err("anything-but takes at least one value".to_owned())
            }
            Value::Array(values) => Ok(Self(values.iter().map(plain).collect::<Result<_, _>>()?)),
            Value::Object(members) if members.len() == 1 => {
                let tests = members.iter().map(|(name, operand)| text_tests(name, operand));
                Ok(Self(tests.collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect()))
            }
            value => Ok(Self(vec![plain(value)?])),
        }
    }

    /// Whether the value, or every element of a list, is something else. An object is not
    /// compared and does not match.
    pub fn matches(&self, node: &Node<'_>) -> bool {
        match node {
            Node::Object(_) => false,
            Node::List(items) => items.iter().all(|item| self.matches(item)),
            leaf => !self.0.iter().any(|operator| operator.matches(Some(leaf))),
        }
    }
}

fn plain(value: &Value) -> Result<Operator, String> {
    match value {
        Value::String(_) | Value::Number(_) => Operator::parse(value),
        other => Err(format!("anything-but takes strings and numbers, not {other}")),
    }
}

fn text_tests(name: &str, operand: &Value) -> Result<Vec<Operator>, String> {
    let one = |operand: &Value| TextTest::parse(name, operand).map(Operator::Text);
    match operand {
        Value::Array(operands) if !operands.is_empty() => operands.iter().map(one).collect(),
        operand => Ok(vec![one(operand)?]),
    }
}
