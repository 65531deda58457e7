//! Conditions on text: equal, equal whatever the case, prefix, suffix.

use super::document::Node;

/// A test of a string.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TextTest {
    /// Character by character.
    Equals(String),
    /// `equals-ignore-case`; kept in lower case.
    EqualsIgnoreCase(String),
    /// `prefix`.
    Prefix(String),
    /// `suffix`.
    Suffix(String),
}

impl TextTest {
    /// Reads the operator `name` with its operand.
    pub fn parse(name: &str, operand: &Node<'_>) -> Result<Self, String> {
        let make = match name {
            "equals-ignore-case" => |text: &str| Self::EqualsIgnoreCase(text.to_lowercase()),
            "prefix" => |text: &str| Self::Prefix(text.to_owned()),
            "suffix" => |text: &str| Self::Suffix(text.to_owned()),
            other => return Err(format!("{other} is no operator")),
        };
        operand.as_text().map(make).ok_or_else(|| format!("{name} takes a string, not {operand}"))
    }

    /// Whether the text passes.
    pub fn matches(&self, text: &str) -> bool {
        match self {
            Self::Equals(expected) => text == expected,
            Self::EqualsIgnoreCase(expected) => text.to_lowercase() == *expected,
            Self::Prefix(prefix) => text.starts_with(prefix.as_str()),
            Self::Suffix(suffix) => text.ends_with(suffix.as_str()),
        }
    }
}
