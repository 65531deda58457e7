//! One record's object in the event.

use super::json::{push_base64, push_integer, push_signed_bytes, push_string};
use crate::esm::record::{RawRecord, SchemaMetadata, Timestamp};

/// Writes a record.
///
/// A null key and a null value (a tombstone) are *absent*, as users of AWS report it; `headers`
/// is always there, and a header's null value is an empty array, since typed readers know no null.
pub fn write_record(out: &mut Vec<u8>, raw: &RawRecord<'_>) {
    out.extend_from_slice(b"{\"topic\":");
    push_string(out, raw.topic);
    out.extend_from_slice(b",\"partition\":");
    push_integer(out, i64::from(raw.partition));
    out.extend_from_slice(b",\"offset\":");
    push_integer(out, raw.offset);
    push_timestamp(out, raw.timestamp);
    push_optional(out, b",\"key\":", raw.key);
    push_optional(out, b",\"value\":", raw.value);
    push_headers(out, raw.headers);
    push_schema(out, b",\"keySchemaMetadata\":", raw.key_schema);
    push_schema(out, b",\"valueSchemaMetadata\":", raw.value_schema);
    out.push(b'}');
}

fn push_timestamp(out: &mut Vec<u8>, timestamp: Timestamp) {
    let (at_ms, kind) = match timestamp {
        Timestamp::CreateTime(ms) => (ms, "CREATE_TIME"),
        Timestamp::LogAppendTime(ms) => (ms, "LOG_APPEND_TIME"),
        Timestamp::NotAvailable => (-1, "NO_TIMESTAMP_TYPE"),
    };
    out.extend_from_slice(b",\"timestamp\":");
    push_integer(out, at_ms);
    out.extend_from_slice(b",\"timestampType\":");
    push_string(out, kind);
}

fn push_optional(out: &mut Vec<u8>, member: &[u8], bytes: Option<&[u8]>) {
    if let Some(bytes) = bytes {
        out.extend_from_slice(member);
        push_base64(out, bytes);
    }
}

fn push_headers(out: &mut Vec<u8>, headers: &[(&str, Option<&[u8]>)]) {
    out.extend_from_slice(b",\"headers\":[");
    for (i, (name, value)) in headers.iter().enumerate() {
        if i > 0 {
            out.push(b',');
        }
        out.push(b'{');
        push_string(out, name);
        out.push(b':');
        push_signed_bytes(out, value.unwrap_or_default());
        out.push(b'}');
    }
    out.push(b']');
}

fn push_schema(out: &mut Vec<u8>, member: &[u8], schema: Option<SchemaMetadata>) {
    if let Some(schema) = schema {
        out.extend_from_slice(member);
        out.extend_from_slice(b"{\"dataFormat\":");
        push_string(out, schema.data_format);
        out.extend_from_slice(b",\"schemaId\":\"");
        push_integer(out, i64::from(schema.schema_id));
        out.extend_from_slice(b"\"}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RAW: RawRecord<'static> = RawRecord {
        topic: "mytopic",
        partition: 0,
        offset: 15,
        timestamp: Timestamp::CreateTime(1_545_084_650_987),
        key: Some(b"k"),
        value: Some(b"Hello, this is a test."),
        headers: &[],
        key_schema: None,
        value_schema: None,
    };

    #[test]
    fn a_record_reads_as_in_the_developer_guide() {
        let rows: [(&str, RawRecord<'_>, &str); 5] = [
            (
                "with one header",
                RawRecord { headers: &[("headerKey", Some(b"headerValue"))], ..RAW },
                r#"{"topic":"mytopic","partition":0,"offset":15,"timestamp":1545084650987,"timestampType":"CREATE_TIME","key":"aw==","value":"SGVsbG8sIHRoaXMgaXMgYSB0ZXN0Lg==","headers":[{"headerKey":[104,101,97,100,101,114,86,97,108,117,101]}]}"#,
            ),
            (
                "null key: no member; headers still there",
                RawRecord { key: None, value: Some(b""), ..RAW },
                r#"{"topic":"mytopic","partition":0,"offset":15,"timestamp":1545084650987,"timestampType":"CREATE_TIME","value":"","headers":[]}"#,
            ),
            (
                "tombstone: no value member",
                RawRecord { value: None, ..RAW },
                r#"{"topic":"mytopic","partition":0,"offset":15,"timestamp":1545084650987,"timestampType":"CREATE_TIME","key":"aw==","headers":[]}"#,
            ),
            (
                "repeated and null headers, appended by the broker",
                RawRecord {
                    value: None,
                    timestamp: Timestamp::LogAppendTime(7),
                    headers: &[("h", Some(&[200])), ("h", None), ("a\"b", Some(b""))],
                    ..RAW
                },
                r#"{"topic":"mytopic","partition":0,"offset":15,"timestamp":7,"timestampType":"LOG_APPEND_TIME","key":"aw==","headers":[{"h":[-56]},{"h":[]},{"a\"b":[]}]}"#,
            ),
            (
                "a message format without times",
                RawRecord { value: None, timestamp: Timestamp::NotAvailable, ..RAW },
                r#"{"topic":"mytopic","partition":0,"offset":15,"timestamp":-1,"timestampType":"NO_TIMESTAMP_TYPE","key":"aw==","headers":[]}"#,
            ),
        ];
        for (case, raw, expected) in rows {
            let mut written = Vec::new();
            write_record(&mut written, &raw);
            assert_eq!(String::from_utf8(written).unwrap(), expected, "{case}");
        }
    }
}
