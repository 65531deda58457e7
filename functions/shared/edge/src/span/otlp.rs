//! Spans as OTLP's JSON. Source: OpenTelemetry's `trace.proto` in its JSON mapping, where ids are
//! hexadecimal and 64-bit numbers are strings.

use gateway_wire::TraceContext;
use serde_json::{Value as Json, json};

use super::span_data::{SpanData, Value};

/// OpenTelemetry's number of the status of a span that failed.
const STATUS_ERROR: u8 = 2;

/// A request to a collector.
pub(super) fn request(resource: &[(&'static str, String)], spans: &[SpanData]) -> Json {
    let resource: Vec<_> =
        resource.iter().map(|(name, text)| attribute(name, &Value::Text(text.clone()))).collect();
    let spans: Vec<_> = spans.iter().map(span).collect();
    json!({
        "resourceSpans": [{
            "resource": { "attributes": resource },
            "scopeSpans": [{ "scope": { "name": "payment-gateway" }, "spans": spans }],
        }],
    })
}

fn span(data: &SpanData) -> Json {
    let mut span = json!({
        "name": data.name,
        "kind": data.kind,
        "startTimeUnixNano": data.started.to_string(),
        "endTimeUnixNano": data.ended.to_string(),
        "flags": data.context.flags,
        "attributes": data.attributes.iter().map(|(name, value)| attribute(name, value)).collect::<Vec<_>>(),
        "links": data.links.iter().map(position).collect::<Vec<_>>(),
    });
    merge(&mut span, position(&data.context));
    if let Some(parent_id) = data.parent_id {
        span["parentSpanId"] = format!("{parent_id:016x}").into();
    }
    if data.failed {
        span["status"] = json!({ "code": STATUS_ERROR });
    }
    span
}

fn position(context: &TraceContext) -> Json {
    let mut position = json!({
        "traceId": format!("{:032x}", context.trace_id),
        "spanId": format!("{:016x}", context.span_id),
    });
    if let Some(state) = &context.state {
        position["traceState"] = state.as_ref().into();
    }
    position
}

fn merge(into: &mut Json, from: Json) {
    if let (Json::Object(into), Json::Object(from)) = (into, from) {
        into.extend(from);
    }
}

fn attribute(name: &str, value: &Value) -> Json {
    let value = match value {
        Value::Text(text) => json!({ "stringValue": text }),
        Value::Number(number) => json!({ "intValue": number.to_string() }),
        Value::Flag(flag) => json!({ "boolValue": flag }),
    };
    json!({ "key": name, "value": value })
}
