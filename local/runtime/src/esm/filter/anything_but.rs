//! `anything-but`: a value that is none of those.

use super::document::Node;
use super::operator::Operator;
use super::text::TextTest;

/// What must not match: strings, numbers, or a text operator such as `{"prefix": "x"}`.
#[derive(Debug, Clone, PartialEq)]
pub struct AnythingBut(Vec<Operator>);

impl AnythingBut {
    /// Reads the operand: one value, a list of values, or a text operator.
    pub fn parse(operand: &Node<'_>) -> Result<Self, String> {
        match operand {
            Node::List(values) if values.is_empty() => {
                Err("anything-but takes at least one value".to_owned())
            }
            Node::List(values) => Ok(Self(values.iter().map(plain).collect::<Result<_, _>>()?)),
            value => match value.only_member() {
                Some((name, operand)) => Ok(Self(text_tests(name, operand)?)),
                None => Ok(Self(vec![plain(value)?])),
            },
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

fn plain(value: &Node<'_>) -> Result<Operator, String> {
    match value {
        Node::Text(_) | Node::Number(_) => Operator::parse(value),
        other => Err(format!("anything-but takes strings and numbers, not {other}")),
    }
}

fn text_tests(name: &str, operand: &Node<'_>) -> Result<Vec<Operator>, String> {
    let one = |operand: &Node<'_>| TextTest::parse(name, operand).map(Operator::Text);
    match operand {
        Node::List(operands) if !operands.is_empty() => operands.iter().map(one).collect(),
        operand => Ok(vec![one(operand)?]),
    }
}
