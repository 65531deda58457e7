//! A payment's events, a line each.

use jiff::Timestamp;
use serde_json::Value;

/// One line an event: time since the 202, step, event, the record that caused it, details.
pub fn lines(payment: &Value) -> Vec<String> {
    let events = payment["events"].as_array().map(Vec::as_slice).unwrap_or_default();
    let start = events.first().and_then(at_ms).unwrap_or_default();
    events.iter().map(|event| line(event, start)).collect()
}

fn at_ms(event: &Value) -> Option<i64> {
    event["at"].as_str()?.parse::<Timestamp>().ok().map(Timestamp::as_millisecond)
}

fn line(event: &Value, start: i64) -> String {
    let elapsed = at_ms(event).unwrap_or(start) - start;
    let text = |field: &str| event[field].as_str().unwrap_or_default().to_owned();
    let line = format!(
        "   +{elapsed:>5} ms  {:<20} {:<18} {:<28} {}",
        text("step"),
        text("event"),
        origin(&event["origin"]),
        details(&event["detail"]),
    );
    line.trim_end().to_owned()
}

fn origin(origin: &Value) -> String {
    match origin["topic"].as_str() {
        Some(topic) => format!("{topic}[{}]@{}", origin["partition"], origin["offset"]),
        None => String::new(),
    }
}

fn details(detail: &Value) -> String {
    let Some(detail) = detail.as_object() else { return String::new() };
    let pairs = detail.iter().map(|(key, value)| format!("{key}={}", value.as_str().unwrap_or_default()));
    pairs.collect::<Vec<_>>().join(" ")
}
