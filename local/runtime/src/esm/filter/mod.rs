//! `FilterCriteria`: which records a mapping delivers.
//!
//! Patterns are OR-ed. A pattern's `value` is compared with the record's value (decoded), its
//! other members with the record's metadata: `topic`, `partition`, `offset`, `timestamp`,
//! `timestampType` and `key` (in base64), as they stand in the event. AWS says "only the value
//! key" in one place and speaks of "metadata properties" in another; we take both. `$or` may stand inside
//! of `value` and around it; a pattern with any other name is refused, since it would match no record.
//!
//! | value | pattern for `value` | what happens |
//! |---|---|---|
//! | text | list | compared |
//! | JSON object or list | object | compared |
//! | text | object | value filter not applied |
//! | JSON | list | value filter not applied |
//! | not UTF-8, or null | any | value filter not applied |
//!
//! Where AWS is silent: a value that is a bare JSON scalar (`42`, `"x"`) counts as text; a
//! tombstone counts as not UTF-8, so it is delivered rather than silently lost.

mod anything_but;
mod document;
mod numeric;
mod operator;
mod pattern;
mod text;

use document::Node;
use pattern::{Pattern, branches};

use super::limits::{FILTER_PATTERN_CHARS_MAX, FILTERS_MAX};
use super::record::{RawRecord, Timestamp};

/// What of a record can be filtered on besides its value.
const METADATA: [&str; 6] = ["topic", "partition", "offset", "timestamp", "timestampType", "key"];

/// A mapping's filters; none at all matches everything.
#[derive(Debug, Default)]
pub struct FilterSet {
    filters: Vec<Filter>,
}

#[derive(Debug)]
struct Filter {
    value: Option<Pattern>,
    metadata: Pattern,
    /// The branches of an `$or` around them; empty where there is none.
    any: Vec<Self>,
}

/// A filter that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidFilter {
    /// More filters than a mapping can have.
    #[error("{0} filters, but at most {FILTERS_MAX} are allowed")]
    TooMany(usize),
    /// A pattern longer than allowed.
    #[error("a filter pattern has {0} characters, but at most {FILTER_PATTERN_CHARS_MAX} are allowed")]
    TooLong(usize),
    /// A pattern that is not JSON.
    #[error("filter pattern {pattern} is not JSON: {cause}")]
    NotJson {
        /// The pattern.
        pattern: String,
        /// What the parser says.
        cause: String,
    },
    /// A pattern with something that filtering does not know.
    #[error("filter pattern {pattern}: {cause}")]
    NotUnderstood {
        /// The pattern.
        pattern: String,
        /// What is wrong.
        cause: String,
    },
}

impl FilterSet {
    /// Reads `FilterCriteria.Filters[].Pattern`.
    ///
    /// # Errors
    /// [`InvalidFilter`] for what AWS would refuse when the mapping is created.
    pub fn parse(patterns: &[String]) -> Result<Self, InvalidFilter> {
        if patterns.len() > FILTERS_MAX {
            return Err(InvalidFilter::TooMany(patterns.len()));
        }
        let filters = patterns.iter().map(|pattern| Filter::parse(pattern)).collect::<Result<_, _>>()?;
        Ok(Self { filters })
    }

    /// Whether the record is to be delivered.
    pub fn matches(&self, raw: &RawRecord<'_>) -> bool {
        if self.filters.is_empty() {
            return true;
        }
        let value = raw.value.and_then(|bytes| std::str::from_utf8(bytes).ok()).map(Node::decode);
        self.filters.iter().any(|filter| filter.matches(value.as_ref(), raw))
    }
}

impl Filter {
    fn parse(text: &str) -> Result<Self, InvalidFilter> {
        if text.chars().count() > FILTER_PATTERN_CHARS_MAX {
            return Err(InvalidFilter::TooLong(text.chars().count()));
        }
        let pattern = || text.to_owned();
        let json = Node::parse(text)
            .map_err(|e| InvalidFilter::NotJson { pattern: pattern(), cause: e.to_string() })?;
        Self::read(&json).map_err(|cause| InvalidFilter::NotUnderstood { pattern: pattern(), cause })
    }

    fn read(json: &Node<'_>) -> Result<Self, String> {
        let members = json.members().ok_or_else(|| format!("{json} is no object"))?;
        let (mut value, mut all, mut any) = (None, Vec::new(), Vec::new());
        for (name, pattern) in members {
            match name {
                "value" => value = Some(Pattern::parse(pattern)?),
                "$or" => any = branches(pattern)?.iter().map(Self::read).collect::<Result<_, _>>()?,
                _ => all.push((name.to_owned(), metadata_pattern(name, pattern)?)),
            }
        }
        Ok(Self { value, metadata: Pattern::Members { all, any: Vec::new() }, any })
    }

    fn matches(&self, value: Option<&Node<'_>>, raw: &RawRecord<'_>) -> bool {
        let value_matches = match (&self.value, value) {
            (Some(pattern), Some(node)) if pattern.is_leaf() == node.is_text() => pattern.matches(Some(node)),
            _ => true,
        };
        value_matches
            && (self.metadata.is_empty() || self.metadata.matches(Some(&metadata(raw))))
            && (self.any.is_empty() || self.any.iter().any(|branch| branch.matches(value, raw)))
    }
}

/// Conditions only: a record's metadata are no objects.
fn metadata_pattern(name: &str, json: &Node<'_>) -> Result<Pattern, String> {
    if !METADATA.contains(&name) {
        return Err(format!("{name} is neither value nor one of {}", METADATA.join(", ")));
    }
    let pattern = Pattern::parse(json)?;
    if pattern.is_leaf() { Ok(pattern) } else { Err(format!("{name} takes a list of conditions")) }
}

/// The record's metadata as a document to compare with.
fn metadata<'a>(raw: &RawRecord<'_>) -> Node<'a> {
    use base64::Engine as _;
    let (at_ms, kind) = match raw.timestamp {
        Timestamp::CreateTime(ms) => (ms, "CREATE_TIME"),
        Timestamp::LogAppendTime(ms) => (ms, "LOG_APPEND_TIME"),
        Timestamp::NotAvailable => (-1, "NO_TIMESTAMP_TYPE"),
    };
    let number = |n: i64| Node::Number(n.to_string().into());
    let mut members = vec![
        ("topic".into(), Node::Text(raw.topic.to_owned().into())),
        ("partition".into(), number(raw.partition.into())),
        ("offset".into(), number(raw.offset)),
        ("timestamp".into(), number(at_ms)),
        ("timestampType".into(), Node::Text(kind.into())),
    ];
    if let Some(key) = raw.key {
        let key = base64::engine::general_purpose::STANDARD.encode(key);
        members.push(("key".into(), Node::Text(key.into())));
    }
    Node::Object(members)
}

#[cfg(test)]
mod tests;
