//! JSON that was valid and means something else now, or nothing.

use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::Value;

/// Stands for what is to be put in, until the document is text.
const MARK: &str = "here-goes-the-mutation";

/// Values of every type, and texts that JSON's grammar has and Rust's types have not.
const VALUES: [&str; 34] = [
    "null",
    "true",
    "0",
    "-0",
    "-1",
    "0.00001",
    "1e400",
    "-1e-400",
    "2147483648",
    "4294967295",
    "4294967296",
    "-9223372036854775808",
    "9223372036854775807",
    "18446744073709551615",
    "99999999999999999999999999999999999999",
    "9999999.995",
    "\"\"",
    "\"0\"",
    "\"1e3\"",
    "\"\\u0000\"",
    "\"\\ud83d\\ude00\"",
    "\"\\ud800\"",
    "\"4539620659922097\"",
    "\"8ZZZZZZZZZZZZZZZZZZZZZZZZZ\"",
    "\"01M83VVAE004HMASW9NF6YY002\"",
    "\"gateway.dead-letter.v2\"",
    "\"EXPLODED\"",
    "\"AAAA\"",
    "\"not base64!\"",
    "[]",
    "[null]",
    "{}",
    "{\"status\":\"AUTHORIZED\",\"charge_id\":\"\"}",
    "NaN",
];

/// What is done to one place of a document.
#[derive(Debug, Clone)]
enum Change {
    /// The member is gone.
    Drop,
    /// Another value in its place.
    Replace(String),
    /// The member twice: as it was, and with this value.
    Repeat(String),
    /// The member by another name.
    Rename(String),
}

/// `valid` with up to three places changed.
///
/// # Panics
/// `valid` is no JSON: a test's example is wrong.
#[allow(clippy::expect_used, reason = "an example that is no JSON is a test's fault")]
pub fn mutated(valid: &str) -> impl Strategy<Value = Vec<u8>> + use<> {
    let document: Value = serde_json::from_str(valid).expect("the example is JSON");
    proptest::collection::vec((any::<Index>(), change()), 1..4).prop_map(move |changes| {
        let mut text = document.to_string();
        for (place, change) in changes {
            // What a change has made unreadable cannot be changed again.
            let Ok(document) = serde_json::from_str::<Value>(&text) else { break };
            text = apply(document, place, change);
        }
        text.into_bytes()
    })
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        2 => Just(Change::Drop),
        6 => value().prop_map(Change::Replace),
        2 => value().prop_map(Change::Repeat),
        1 => crate::word().prop_map(Change::Rename),
    ]
}

fn value() -> impl Strategy<Value = String> {
    let nested = |(depth, inner): (usize, &str)| format!("{}{inner}{}", "[".repeat(depth), "]".repeat(depth));
    let objects = |depth: usize| format!("{}1{}", "{\"a\":".repeat(depth), "}".repeat(depth));
    prop_oneof![
        8 => select(VALUES.to_vec()).prop_map(str::to_owned),
        1 => any::<i64>().prop_map(|number| number.to_string()),
        1 => any::<f64>().prop_map(|number| number.to_string()),
        1 => crate::word().prop_map(|text| Value::from(text).to_string()),
        1 => (1_usize..2_000, select(vec!["", "1", "null"])).prop_map(nested),
        1 => (1_usize..2_000).prop_map(objects),
        1 => (1_usize..20_000).prop_map(|len| Value::from("x".repeat(len)).to_string()),
    ]
}

fn apply(mut document: Value, place: Index, change: Change) -> String {
    let mut pointers = Vec::new();
    collect(&document, String::new(), &mut pointers);
    let pointer = place.get(&pointers).clone();
    let (parent, name) = pointer.rsplit_once('/').unwrap_or(("", ""));
    let object = document.pointer_mut(parent).and_then(Value::as_object_mut);
    let name = name.replace("~1", "/").replace("~0", "~");
    let raw = match (change, object) {
        (Change::Drop, Some(members)) => {
            members.remove(&name);
            return document.to_string();
        }
        (Change::Rename(to), Some(members)) => {
            let value = members.remove(&name).unwrap_or_default();
            members.insert(to, value);
            return document.to_string();
        }
        (Change::Repeat(value), Some(members)) if !pointer.is_empty() => {
            let own = members.insert(name.clone(), MARK.into()).unwrap_or_default();
            format!("{own},{}:{value}", Value::from(name))
        }
        (Change::Replace(value) | Change::Repeat(value), _) => {
            if let Some(there) = document.pointer_mut(&pointer) {
                *there = MARK.into();
            }
            value
        }
        (Change::Drop | Change::Rename(_), None) => return document.to_string(),
    };
    document.to_string().replacen(&format!("\"{MARK}\""), &raw, 1)
}

/// A pointer to every place, the whole document first.
fn collect(value: &Value, pointer: String, pointers: &mut Vec<String>) {
    match value {
        Value::Object(members) => members.iter().for_each(|(name, inner)| {
            let name = name.replace('~', "~0").replace('/', "~1");
            collect(inner, format!("{pointer}/{name}"), pointers);
        }),
        Value::Array(items) => items
            .iter()
            .enumerate()
            .for_each(|(index, inner)| collect(inner, format!("{pointer}/{index}"), pointers)),
        _ => {}
    }
    pointers.push(pointer);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_change_does_what_it_says() {
        let document: Value = serde_json::from_str(r#"{"a":1}"#).unwrap();
        for (change, expected) in [
            (Change::Drop, "{}"),
            (Change::Replace("1e400".to_owned()), r#"{"a":1e400}"#),
            (Change::Repeat("2".to_owned()), r#"{"a":1,"a":2}"#),
            (Change::Rename("b".to_owned()), r#"{"b":1}"#),
        ] {
            let text = apply(document.clone(), first(), change.clone());
            assert_eq!(text, expected, "{change:?}");
        }
    }

    /// The index that names the first of any list.
    fn first() -> Index {
        use proptest::strategy::ValueTree as _;
        let mut tree =
            any::<Index>().new_tree(&mut proptest::test_runner::TestRunner::deterministic()).unwrap();
        while tree.simplify() {}
        tree.current()
    }
}
