//! Reading the fields of a span or of an event about one.

use std::fmt::Debug;

use gateway_domain::mask::mask_card_numbers;
use gateway_wire::TraceContext;
use tracing::field::{Field, Visit};

use super::span_data::{SpanData, Value};

/// What the fields of one call say.
pub(super) struct Fields<'a>(pub(super) &'a mut SpanData);

impl Fields<'_> {
    fn attribute(&mut self, field: &Field, value: Value) {
        self.0.attributes.push((field.name(), value));
    }

    /// Keys and values of records come from anybody: no card number of theirs is told.
    fn text(&mut self, field: &Field, text: &str) {
        match field.name() {
            "otel.name" => text.clone_into(&mut self.0.name),
            "otel.kind" => self.0.kind = kind(text),
            "tracestate" => self.0.context.state = Some(text.into()),
            "links" => self.0.links.extend(text.split_whitespace().filter_map(TraceContext::parse)),
            "error.type" => {
                self.0.failed = true;
                self.attribute(field, Value::Text(mask_card_numbers(text)));
            }
            // The span's or the event's own words, which tracing requires of nobody.
            "message" => {}
            _ => self.attribute(field, Value::Text(mask_card_numbers(text))),
        }
    }
}

impl Visit for Fields<'_> {
    fn record_u128(&mut self, field: &Field, value: u128) {
        match field.name() {
            "trace_id" => self.0.context.trace_id = value,
            _ => self.text(field, &value.to_string()),
        }
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        match field.name() {
            "span_id" => self.0.context.span_id = value,
            "parent_id" => self.0.parent_id = Some(value),
            _ => self.attribute(field, Value::Number(i64::try_from(value).unwrap_or(i64::MAX))),
        }
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.attribute(field, Value::Number(value));
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        match field.name() {
            "sampled" => self.0.context.flags = u8::from(value),
            _ => self.attribute(field, Value::Flag(value)),
        }
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.text(field, value);
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.text(field, &format!("{value:?}"));
    }
}

/// OpenTelemetry's number of a kind.
fn kind(name: &str) -> u8 {
    match name {
        "server" => 2,
        "client" => 3,
        "producer" => 4,
        "consumer" => 5,
        _ => 1,
    }
}
