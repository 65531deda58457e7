//! The shape of a pattern: objects are AND-ed member by member, lists of conditions are OR-ed.

use std::collections::BTreeMap;

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
    pub fn parse(json: &Node<'_>) -> Result<Self, String> {
        match json {
            Node::List(conditions) if conditions.is_empty() => {
                Err("an empty list of conditions matches nothing".to_owned())
            }
            Node::List(conditions) => {
                Ok(Self::OneOf(conditions.iter().map(Operator::parse).collect::<Result<_, _>>()?))
            }
            other => match other.members() {
                Some(members) => Self::parse_members(members),
                None => Err(format!("{other} must stand in a list")),
            },
        }
    }

    fn parse_members(members: BTreeMap<&str, &Node<'_>>) -> Result<Self, String> {
        let (mut all, mut any) = (Vec::new(), Vec::new());
        for (name, pattern) in members {
            if name == "$or" {
                any = branches(pattern)?.iter().map(Self::parse).collect::<Result<_, _>>()?;
            } else {
                all.push((name.to_owned(), Self::parse(pattern)?));
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

/// The branches of an `$or`.
pub fn branches<'n, 'a>(json: &'n Node<'a>) -> Result<&'n [Node<'a>], String> {
    match json {
        Node::List(branches) if branches.len() >= 2 => Ok(branches),
        _ => Err("$or must be a list of at least two patterns".to_owned()),
    }
}
