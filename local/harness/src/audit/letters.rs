//! Which record a record of the dead-letter queue is about.

use gateway_wire::{DeadLetter, RecordOrigin};
use serde_json::Value;

use super::Record;

/// The dead record of a letter of either form; a record that is no letter is about itself.
pub(crate) fn about(record: &Record) -> RecordOrigin {
    let value = record.value.as_deref().unwrap_or_default();
    if let Ok(letter) = serde_json::from_slice::<DeadLetter>(value) {
        return letter.origin;
    }
    let on_failure = serde_json::from_slice::<Value>(value).ok();
    on_failure.as_ref().and_then(of_on_failure).unwrap_or_else(|| record.origin.clone())
}

/// The mapping's record carries the event with the one record that failed.
fn of_on_failure(value: &Value) -> Option<RecordOrigin> {
    value.get("requestContext")?;
    let records = value.pointer("/payload/records")?.as_object()?.values().next()?;
    serde_json::from_value(records.as_array()?.first()?.clone()).ok()
}
