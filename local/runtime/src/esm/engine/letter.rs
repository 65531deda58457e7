//! The on-failure record, as AWS produces it to a `kafka://` destination: one message for each
//! failed record, with the record's own key.
//!
//! AWS's own sample is followed member by member. `responseContext` is null where the function
//! never answered (too large, too old before the first delivery, throttled throughout);
//! `functionError` is left out where the function answered and named the record as failed.

use bytes::Bytes;
use serde::Serialize;
use serde_json::value::RawValue;

use super::action::{Condition, Letter};
use super::piece::Piece;
use crate::esm::event::Envelope;
use crate::esm::record::Record;

/// What is the same for all on-failure records of a mapping.
#[derive(Debug, Clone)]
pub struct LetterHead {
    /// The function's ARN without a qualifier.
    pub function_arn: String,
}

/// Writes the on-failure records of a piece that was given up, in payload order.
pub fn letters(
    head: &LetterHead,
    envelope: &Envelope,
    piece: &Piece,
    condition: Condition,
    fallback_request_id: &str,
    now_ms: i64,
) -> Vec<Letter> {
    let function_arn = format!("{}:$LATEST", head.function_arn);
    let context =
        Context { function_arn: &function_arn, envelope, piece, condition, fallback_request_id, now_ms };
    let records = piece.groups.iter().flat_map(|group| &group.records);
    records.map(|record| context.letter(record)).collect()
}

struct Context<'a> {
    function_arn: &'a str,
    envelope: &'a Envelope,
    piece: &'a Piece,
    condition: Condition,
    fallback_request_id: &'a str,
    now_ms: i64,
}

impl Context<'_> {
    fn letter(&self, record: &Record) -> Letter {
        let event = self.envelope.event(std::iter::once((record.partition, std::iter::once(record))));
        let payload = std::str::from_utf8(&event).ok().and_then(|json| serde_json::from_str(json).ok());
        let document = self.document(record, event.len(), payload);
        Letter {
            partition: record.partition,
            offset: record.offset,
            key: record.key.clone(),
            // The document holds nothing that could fail to serialise.
            value: Bytes::from(serde_json::to_vec(&document).unwrap_or_default()),
        }
    }

    fn document<'a>(
        &'a self,
        record: &Record,
        payload_size: usize,
        payload: Option<&'a RawValue>,
    ) -> Document<'a> {
        let last = self.piece.last_response.as_ref();
        Document {
            request_context: RequestContext {
                request_id: last.map_or(self.fallback_request_id, |last| &last.request_id),
                function_arn: self.function_arn,
                condition: self.condition.as_str(),
                approximate_invoke_count: self.piece.tally.invocations,
            },
            response_context: last.map(|last| ResponseContext {
                status_code: 200,
                executed_version: "$LATEST",
                function_error: last.function_error.then_some("Unhandled"),
            }),
            version: "1.0",
            timestamp: iso_8601(self.now_ms),
            kafka_batch_info: BatchInfo {
                batch_size: 1,
                event_source_arn: self.envelope.source_arn(),
                bootstrap_servers: self.envelope.bootstrap_servers(),
                payload_size,
                record_info: RecordInfo {
                    offset: record.offset.to_string(),
                    timestamp: record.timestamp_ms.map(iso_8601),
                },
            },
            payload,
        }
    }
}

/// `2019-11-14T00:38:06.021Z`.
fn iso_8601(epoch_ms: i64) -> String {
    let time = jiff::Timestamp::from_millisecond(epoch_ms).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    time.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string()
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
struct RequestContext<'a> {
    request_id: &'a str,
    function_arn: &'a str,
    condition: &'static str,
    approximate_invoke_count: u32,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ResponseContext {
    status_code: u16,
    executed_version: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    function_error: Option<&'static str>,
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
