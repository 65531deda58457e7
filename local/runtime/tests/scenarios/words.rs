//! The words of a scenario.

use std::collections::BTreeMap;

use bytes::Bytes;
use esm_local::invoke::InvokeOutcome;
use serde_json::{Value, json};

/// Values by partition, as scenarios write them: `{0: [a, b]}`.
pub type Content = BTreeMap<i32, Vec<String>>;

/// Reads `{0: [a, b]}`.
pub fn content(value: &Value) -> Result<Content, String> {
    let partitions = value.as_object().ok_or_else(|| format!("{value} is no map of partitions"))?;
    let read = |(partition, values): (&String, &Value)| {
        let values =
            values.as_array().map_or_else(|| vec![text(values)], |values| values.iter().map(text).collect());
        Ok((partition.parse().map_err(|_| format!("{partition} is no partition"))?, values))
    };
    partitions.iter().map(read).collect()
}

/// A record's value: text as it is, everything else as JSON.
pub fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// Reads `{0: 3}`.
pub fn offsets(value: &Value) -> Result<BTreeMap<i32, i64>, String> {
    let partitions = value.as_object().ok_or_else(|| format!("{value} is no map of offsets"))?;
    let read = |(partition, offset): (&String, &Value)| Some((partition.parse().ok()?, offset.as_i64()?));
    partitions.iter().map(read).collect::<Option<_>>().ok_or_else(|| format!("{value} is no map of offsets"))
}

/// Reads `90 s`, `500 ms`.
pub fn duration_ms(value: &Value) -> Result<i64, String> {
    let text = value.as_str().ok_or("a duration such as 90 s or 500 ms is wanted")?;
    let (number, unit) = text.split_once(' ').ok_or_else(|| format!("{text} is no duration"))?;
    let factor = match unit {
        "ms" => 1,
        "s" => 1_000,
        "min" => 60_000,
        _ => return Err(format!("{unit} is no unit")),
    };
    number.parse::<i64>().map(|number| number * factor).map_err(|error| error.to_string())
}

/// Reads what the function does: `success`, `error`, `throttled`, `unreachable`, `{failed: {0: [b]}}` or
/// `{says: '{"x":1}'}`.
pub fn outcome(value: &Value, offset_of: impl Fn(i32, &str) -> Option<i64>) -> Result<InvokeOutcome, String> {
    let says = |text: String| InvokeOutcome::Success(Bytes::from(text));
    match (value.as_str(), value.get("failed"), value.get("says")) {
        (Some("success"), ..) => Ok(says("{\"batchItemFailures\":[]}".to_owned())),
        (Some("error"), ..) => Ok(InvokeOutcome::FunctionError {
            error_type: "Error".to_owned(),
            error_message: "as the scenario says".to_owned(),
            payload: Bytes::new(),
        }),
        (Some("throttled"), ..) => Ok(InvokeOutcome::Throttled),
        (Some("unreachable"), ..) => Ok(InvokeOutcome::ServiceError("unreachable".to_owned())),
        (_, Some(failed), _) => Ok(says(failures(&content(failed)?, offset_of)?)),
        (_, _, Some(said)) => Ok(says(text(said))),
        _ => Err(format!("{value} is nothing a function does")),
    }
}

fn failures(failed: &Content, offset_of: impl Fn(i32, &str) -> Option<i64>) -> Result<String, String> {
    let mut items = Vec::new();
    for (&partition, values) in failed {
        for value in values {
            let offset = offset_of(partition, value).ok_or_else(|| format!("{value} never arrived"))?;
            items.push(
                json!({"itemIdentifier": {"partition": format!("orders-{partition}"), "offset": offset}}),
            );
        }
    }
    Ok(json!({ "batchItemFailures": items }).to_string())
}
