//! A value to filter on: JSON that keeps its numbers as they are written.
//!
//! Filters compare numbers character by character (`300` is not `300.0`), which a parsed number
//! has forgotten. Patterns are read the same way as values.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::Value;
use serde_json::value::RawValue;

/// A value of deeper JSON is taken for text, and such a pattern is refused: reading it must not exhaust
/// the stack.
const NESTING_MAX: usize = 128;

/// A JSON value, or text that is not JSON.
#[derive(Debug, Clone, PartialEq)]
pub enum Node<'a> {
    /// `null`.
    Null,
    /// `true`, `false`.
    Bool(bool),
    /// A number as written.
    Number(Cow<'a, str>),
    /// A string, or a value that is not JSON.
    Text(Cow<'a, str>),
    /// A list.
    List(Vec<Self>),
    /// An object.
    Object(Vec<(Cow<'a, str>, Self)>),
}

impl<'a> Node<'a> {
    /// JSON where the text is a JSON object or list, else the text itself.
    pub fn decode(text: &'a str) -> Self {
        match text.trim_start().as_bytes().first() {
            Some(b'{' | b'[') if nesting(text) <= NESTING_MAX => serde_json::from_str(text)
                .ok()
                .and_then(|raw| Self::from_raw(raw).ok())
                .unwrap_or(Node::Text(text.into())),
            _ => Node::Text(text.into()),
        }
    }

    /// JSON of any kind.
    ///
    /// # Errors
    /// Why it is none.
    pub fn parse(text: &'a str) -> serde_json::Result<Self> {
        let raw: &'a RawValue = serde_json::from_str(text)?;
        if nesting(text) > NESTING_MAX {
            return Err(serde::de::Error::custom("it is nested too deeply"));
        }
        Self::from_raw(raw)
    }

    /// Whether the whole value is text, not JSON.
    pub const fn is_text(&self) -> bool {
        matches!(self, Node::Text(_))
    }

    /// A string.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Node::Text(text) => Some(text),
            _ => None,
        }
    }

    /// What a number amounts to, however it is written.
    pub fn as_number(&self) -> Option<f64> {
        match self {
            Node::Number(written) => written.parse().ok().filter(|number: &f64| number.is_finite()),
            _ => None,
        }
    }

    /// An object's members; of those with the same name the last one counts.
    pub fn members(&self) -> Option<BTreeMap<&str, &Self>> {
        match self {
            Node::Object(members) => Some(members.iter().map(|(name, node)| (&**name, node)).collect()),
            _ => None,
        }
    }

    /// The member of an object that has no other.
    pub fn only_member(&self) -> Option<(&str, &Self)> {
        let Node::Object(members) = self else { return None };
        let [(name, node)] = members.as_slice() else { return None };
        Some((&**name, node))
    }

    /// A member of an object.
    pub fn member(&self, name: &str) -> Option<&Self> {
        match self {
            Node::Object(members) => members.iter().rev().find(|(n, _)| n == name).map(|(_, node)| node),
            _ => None,
        }
    }

    fn from_raw(raw: &'a RawValue) -> serde_json::Result<Self> {
        let text = raw.get().trim();
        Ok(match text.as_bytes().first() {
            Some(b'{') => Node::Object(serde_json::from_str::<Members<'a>>(text)?.0),
            Some(b'[') => Node::List(serde_json::from_str::<Items<'a>>(text)?.0),
            Some(b'"') => Node::Text(serde_json::from_str::<Cow<'a, str>>(text)?.into_owned().into()),
            Some(b't') => Node::Bool(true),
            Some(b'f') => Node::Bool(false),
            Some(b'n') => Node::Null,
            _ => Node::Number(text.into()),
        })
    }
}

impl fmt::Display for Node<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Node::Null => f.write_str("null"),
            Node::Bool(flag) => write!(f, "{flag}"),
            Node::Number(written) => f.write_str(written),
            Node::Text(text) => write!(f, "{}", Value::from(&**text)),
            Node::List(items) => {
                let items: Vec<String> = items.iter().map(ToString::to_string).collect();
                write!(f, "[{}]", items.join(","))
            }
            Node::Object(members) => {
                let member = |(name, node): &(Cow<'_, str>, Self)| format!("{}:{node}", Value::from(&**name));
                let members: Vec<String> = members.iter().map(member).collect();
                write!(f, "{{{}}}", members.join(","))
            }
        }
    }
}

/// How deep the brackets outside of strings go; unbalanced text gives any number.
fn nesting(text: &str) -> usize {
    let (mut depth, mut deepest, mut in_string, mut escaped) = (0_usize, 0, false, false);
    for byte in text.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            b'{' | b'[' if !in_string => depth += 1,
            b'}' | b']' if !in_string => depth = depth.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    deepest
}

struct Members<'a>(Vec<(Cow<'a, str>, Node<'a>)>);

struct Items<'a>(Vec<Node<'a>>);

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Read;
        impl<'de> Visitor<'de> for Read {
            type Value = Members<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a JSON object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some((name, raw)) = map.next_entry::<String, &'de RawValue>()? {
                    members.push((name.into(), Node::from_raw(raw).map_err(serde::de::Error::custom)?));
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(Read)
    }
}

impl<'de> Deserialize<'de> for Items<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Read;
        impl<'de> Visitor<'de> for Read {
            type Value = Items<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a JSON list")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
                let mut items = Vec::new();
                while let Some(raw) = seq.next_element::<&'de RawValue>()? {
                    items.push(Node::from_raw(raw).map_err(serde::de::Error::custom)?);
                }
                Ok(Items(items))
            }
        }
        deserializer.deserialize_seq(Read)
    }
}
