//! The shape of a pattern: objects are AND-ed member by member, lists of conditions are OR-ed.

use serde_json::{Map, Value};

use super::document::Node;
use super::operator::Operator;

/// What a value, or a part of it, has to look like.
#[derive(Debug, Clone, PartialEq)]
pub enum Pattern {
    /// Every member matches, and one branch of every `$or`.
    Members {
        /// Patterns by member name.
        all: Vec<(String, Self)>,
        /// The branches of `$or`; empty where there is none.
        any: Vec<Self>,
    },
    /// At least one operator matches.
    OneOf(Vec<Operator>),
}

impl Pattern {
    /// Reads a pattern.
    pub fn parse(json: &Value) -> Result<Self, String> {
        match json {
            Value::Object(members) => Self::parse_members(members),
            Value::Array(conditions) if conditions.is_empty() => {
                Err("an empty list of conditions matches nothing".to_owned())
            }
            Value::Array(conditions) => {
                Ok(Self::OneOf(conditions.iter().map(Operator::parse).collect::<Result<_, _>>()?))
            }
            other => Err(format!("{other} must stand in a list")),
        }
    }

    fn parse_members(members: &Map<String, Value>) -> Result<Self, String> {
        let (mut all, mut any) = (Vec::new(), Vec::new());
        for (name, pattern) in members {
            match (name.as_str(), pattern) {
                ("$or", Value::Array(branches)) if branches.len() >= 2 => {
                    any = branches.iter().map(Self::parse).collect::<Result<_, _>>()?;
                }
                ("$or", _) => return Err("$or must be a list of at least two patterns".to_owned()),
                _ => all.push((name.clone(), Self::parse(pattern)?)),
            }
        }
        Ok(Self::Members { all, any })
    }

    /// Whether it is a list of conditions, to be compared with text.
    pub const fn is_leaf(&self) -> bool {
        matches!(self, Self::OneOf(_))
    }

    /// Whether it asks for nothing.
    pub const fn is_empty(&self) -> bool {
        matches!(self, Self::Members { all, any } if all.is_empty() && any.is_empty())
    }

    /// Whether the node matches; `None` is a member that is not there.
    ///
    /// A list in the value matches where one of its elements does, as in `EventBridge`.
    pub fn matches(&self, node: Option<&Node<'_>>) -> bool {
        match (self, node) {
            (Self::Members { .. }, Some(Node::List(items))) => {
                items.iter().any(|item| self.matches(Some(item)))
            }
            (Self::Members { all, any }, _) => {
                let member = |name: &str| node.and_then(|node| node.member(name));
                all.iter().all(|(name, pattern)| pattern.matches(member(name)))
                    && (any.is_empty() || any.iter().any(|branch| branch.matches(node)))
            }
            (Self::OneOf(operators), _) => operators.iter().any(|operator| operator.matches(node)),
        }
    }
}
