//! One condition on one value.

use super::anything_but::AnythingBut;
use super::document::Node;
use super::numeric::NumericRange;
use super::text::TextTest;

/// One element of a pattern's list.
#[derive(Debug, Clone, PartialEq)]
pub enum Operator {
    /// `null`.
    Null,
    /// `true`, `false`.
    Bool(bool),
    /// A number, compared as written.
    Number(String),
    /// A string (also the empty one), `prefix`, `suffix`, `equals-ignore-case`.
    Text(TextTest),
    /// `{"anything-but": …}`.
    AnythingBut(AnythingBut),
    /// `{"numeric": ["<", 5]}`.
    Numeric(NumericRange),
    /// `{"exists": true}`; of leaves only.
    Exists(bool),
}

impl Operator {
    /// Reads a condition.
    pub fn parse(json: &Node<'_>) -> Result<Self, String> {
        match json {
            Node::Null => Ok(Self::Null),
            Node::Bool(expected) => Ok(Self::Bool(*expected)),
            Node::Number(expected) => Ok(Self::Number(expected.to_string())),
            Node::Text(expected) => Ok(Self::Text(TextTest::Equals(expected.to_string()))),
            other => match other.only_member() {
                Some((name, operand)) => Self::parse_named(name, operand),
                None => Err(format!("{other} is no condition")),
            },
        }
    }

    fn parse_named(name: &str, operand: &Node<'_>) -> Result<Self, String> {
        match (name, operand) {
            ("exists", Node::Bool(expected)) => Ok(Self::Exists(*expected)),
            ("exists", other) => Err(format!("exists takes true or false, not {other}")),
            ("anything-but", operand) => AnythingBut::parse(operand).map(Self::AnythingBut),
            ("numeric", operand) => NumericRange::parse(operand).map(Self::Numeric),
            (name, operand) => TextTest::parse(name, operand).map(Self::Text),
        }
    }

    /// Whether the node passes. Of a list, one element has to; for `anything-but`, all.
    pub fn matches(&self, node: Option<&Node<'_>>) -> bool {
        match (self, node) {
            (Self::Exists(expected), node) => *expected == matches!(node, Some(n) if is_leaf(n)),
            (_, None) => false,
            (Self::AnythingBut(but), Some(node)) => but.matches(node),
            (_, Some(Node::List(items))) => items.iter().any(|item| self.matches(Some(item))),
            (_, Some(leaf)) => self.matches_leaf(leaf),
        }
    }

    fn matches_leaf(&self, leaf: &Node<'_>) -> bool {
        match (self, leaf) {
            (Self::Null, Node::Null) => true,
            (Self::Bool(expected), Node::Bool(actual)) => expected == actual,
            (Self::Number(expected), Node::Number(actual)) => expected == actual,
            (Self::Text(test), Node::Text(actual)) => test.matches(actual),
            (Self::Numeric(range), Node::Number(actual)) => range.matches(actual),
            _ => false,
        }
    }
}

/// `exists` works on leaves only: an object is not one.
const fn is_leaf(node: &Node<'_>) -> bool {
    !matches!(node, Node::Object(_))
}
