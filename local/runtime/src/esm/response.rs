//! What a function's answer says about the records of its batch.
//!
//! Documented by AWS: an empty or null answer is success; an item that is not in the event fails
//! the whole batch. Everything else is our choice, and the choice is to fail the whole batch
//! rather than take a misspelt answer for success and lose the records it meant.

use std::collections::BTreeSet;

use serde_json::Value;

/// The records of a batch that an answer names as failed.
pub type FailedItems = BTreeSet<(i32, i64)>;

/// An answer that does not follow the partial batch response; the whole batch counts as failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    /// Not JSON at all.
    #[error("the response is not JSON: {0}")]
    NotJson(String),
    /// JSON, but not an object, and not empty.
    #[error("the response is neither an object nor empty")]
    NotAnObject,
    /// An object with other members only, such as a misspelt one.
    #[error("the response has members, but no batchItemFailures")]
    NoBatchItemFailures,
    /// `batchItemFailures` is neither a list nor null.
    #[error("batchItemFailures is not a list")]
    NotAList,
    /// An item without `{"itemIdentifier":{"partition":"topic-0","offset":1}}`.
    #[error("batchItemFailures[{0}] has no itemIdentifier with a partition and an offset")]
    BadItem(usize),
    /// An item of another topic, partition or offset than the event has.
    #[error("batchItemFailures[{index}] is not in the event: {partition} offset {offset}")]
    UnknownItem {
        /// Its place in the list.
        index: usize,
        /// `partition` as answered.
        partition: String,
        /// `offset` as answered.
        offset: i64,
    },
}

/// Reads a partial batch response; `is_in_batch` knows the event's partitions and offsets.
///
/// # Errors
/// [`Malformed`] where the whole batch has to be taken as failed.
pub fn failed_items(
    body: &[u8],
    topic: &str,
    is_in_batch: impl Fn(i32, i64) -> bool,
) -> Result<FailedItems, Malformed> {
    if body.iter().all(u8::is_ascii_whitespace) {
        return Ok(FailedItems::new());
    }
    let answer: Value = serde_json::from_slice(body).map_err(|e| Malformed::NotJson(e.to_string()))?;
    item_list(&answer)?
        .iter()
        .enumerate()
        .map(|(index, item)| {
            let (name, offset) = identifier(item).ok_or(Malformed::BadItem(index))?;
            partition_number(name, topic)
                .filter(|&partition| is_in_batch(partition, offset))
                .map(|partition| (partition, offset))
                .ok_or_else(|| Malformed::UnknownItem { index, partition: name.to_owned(), offset })
        })
        .collect()
}

fn item_list(answer: &Value) -> Result<&[Value], Malformed> {
    match answer {
        Value::Null => Ok(&[]),
        Value::String(text) if text.is_empty() => Ok(&[]),
        Value::Array(items) if items.is_empty() => Ok(&[]),
        Value::Object(members) if members.is_empty() => Ok(&[]),
        Value::Object(members) => match members.get("batchItemFailures") {
            Some(Value::Null) => Ok(&[]),
            Some(Value::Array(items)) => Ok(items),
            Some(_) => Err(Malformed::NotAList),
            None => Err(Malformed::NoBatchItemFailures),
        },
        _ => Err(Malformed::NotAnObject),
    }
}

fn identifier(item: &Value) -> Option<(&str, i64)> {
    let identifier = item.get("itemIdentifier")?;
    Some((identifier.get("partition")?.as_str()?, identifier.get("offset")?.as_i64()?))
}

/// The number in `topic-number`; the topic itself may contain dashes.
fn partition_number(name: &str, topic: &str) -> Option<i32> {
    let digits = name.strip_prefix(topic)?.strip_prefix('-')?;
    digits.bytes().all(|b| b.is_ascii_digit()).then(|| digits.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(body: &str) -> Result<Vec<(i32, i64)>, Malformed> {
        let known = |partition, offset| partition == 0 && (100..110).contains(&offset);
        failed_items(body.as_bytes(), "my-topic", known).map(Vec::from_iter)
    }

    #[test]
    fn empty_answers_are_success() {
        for body in [
            "",
            " \n",
            "null",
            "{}",
            "[]",
            "\"\"",
            r#"{"batchItemFailures":null}"#,
            r#"{"batchItemFailures":[]}"#,
        ] {
            assert_eq!(read(body), Ok(vec![]), "{body}");
        }
    }

    #[test]
    fn named_items_are_the_failed_ones() {
        let body = r#"{"batchItemFailures":[
            {"itemIdentifier":{"partition":"my-topic-0","offset":105}},
            {"itemIdentifier":{"partition":"my-topic-0","offset":100}},
            {"itemIdentifier":{"partition":"my-topic-0","offset":105},"more":1}],"other":true}"#;
        assert_eq!(read(body), Ok(vec![(0, 100), (0, 105)]));
    }

    #[test]
    fn every_other_form_fails_the_whole_batch() {
        for body in [
            "not json",
            "\"ok\"",
            "7",
            "true",
            "[1]",
            r#"{"statusCode":200}"#,
            r#"{"batchItemFailure":[]}"#,
            r#"{"batchItemFailures":"all"}"#,
            r#"{"batchItemFailures":{}}"#,
            r#"{"batchItemFailures":[null]}"#,
            r#"{"batchItemFailures":[{}]}"#,
            r#"{"batchItemFailures":[{"itemIdentifier":null}]}"#,
            r#"{"batchItemFailures":[{"itemIdentifier":""}]}"#,
            r#"{"batchItemFailures":[{"itemIdentifier":"my-topic-0-100"}]}"#,
            r#"{"batchItemFailures":[{"ItemIdentifier":{"partition":"my-topic-0","offset":100}}]}"#,
            r#"{"batchItemFailures":[{"itemIdentifier":{"partition":0,"offset":100}}]}"#,
            r#"{"batchItemFailures":[{"itemIdentifier":{"partition":"my-topic-0","offset":"100"}}]}"#,
            r#"{"batchItemFailures":[{"itemIdentifier":{"partition":"my-topic-0","offset":100.5}}]}"#,
            r#"{"batchItemFailures":[{"itemIdentifier":{"partition":"my-topic-0"}}]}"#,
            r#"{"batchItemFailures":[{"itemIdentifier":{"partition":"my-topic-0","offset":99}}]}"#,
            r#"{"batchItemFailures":[{"itemIdentifier":{"partition":"my-topic-1","offset":100}}]}"#,
            r#"{"batchItemFailures":[{"itemIdentifier":{"partition":"my-topic-+0","offset":100}}]}"#,
            r#"{"batchItemFailures":[{"itemIdentifier":{"partition":"my-topic-","offset":100}}]}"#,
            r#"{"batchItemFailures":[{"itemIdentifier":{"partition":"other-0","offset":100}}]}"#,
            r#"{"batchItemFailures":[{"itemIdentifier":{"partition":"my-topic-0","offset":100}},{"itemIdentifier":{"partition":"my-topic-0","offset":-1}}]}"#,
        ] {
            assert!(read(body).is_err(), "{body}");
        }
    }
}
