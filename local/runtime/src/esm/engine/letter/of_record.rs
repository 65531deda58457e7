//! What AWS produces to a `kafka://` destination: one message for each failed record.
//! AWS's own sample is followed member by member.

use bytes::Bytes;
use serde::Serialize;
use serde_json::value::RawValue;

use super::{GivenUp, RequestContext, ResponseContext, iso_8601};
use crate::esm::engine::action::Letter;
use crate::esm::record::Record;

/// One letter for each record, with the record's own key.
pub(super) fn letters(function_arn: &str, given_up: &GivenUp<'_>) -> Vec<Letter> {
    let function_arn = format!("{function_arn}:$LATEST");
    let records = given_up.piece.groups.iter().flat_map(|group| &group.records);
    records.map(|record| letter(&function_arn, given_up, record)).collect()
}

fn letter(function_arn: &str, given_up: &GivenUp<'_>, record: &Record) -> Letter {
    let event = given_up.envelope.event(std::iter::once((record.partition, std::iter::once(record))));
    let payload = std::str::from_utf8(&event).ok().and_then(|json| serde_json::from_str(json).ok());
    let document = Document {
        request_context: given_up.request_context(function_arn, given_up.condition.for_topic()),
        response_context: given_up.response_context(),
        version: "1.0",
        timestamp: iso_8601(given_up.now_ms),
        kafka_batch_info: BatchInfo {
            batch_size: 1,
            event_source_arn: given_up.envelope.source_arn(),
            bootstrap_servers: given_up.envelope.bootstrap_servers(),
            payload_size: event.len(),
            record_info: RecordInfo {
                offset: record.offset.to_string(),
                timestamp: record.timestamp_ms.map(iso_8601),
            },
        },
        payload,
    };
    Letter {
        records: vec![(record.partition, record.offset)],
        key: record.key.clone(),
        // The document holds nothing that could fail to serialise.
        value: Bytes::from(serde_json::to_vec(&document).unwrap_or_default()),
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Document<'a> {
    request_context: RequestContext<'a>,
    response_context: Option<ResponseContext>,
    version: &'static str,
    timestamp: String,
    #[serde(rename = "KafkaBatchInfo")]
    kafka_batch_info: BatchInfo<'a>,
    payload: Option<&'a RawValue>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct BatchInfo<'a> {
    batch_size: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    event_source_arn: Option<&'a str>,
    bootstrap_servers: &'a str,
    payload_size: usize,
    record_info: RecordInfo,
}

#[derive(Serialize)]
struct RecordInfo {
    offset: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    timestamp: Option<String>,
}
