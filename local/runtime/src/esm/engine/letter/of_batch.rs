//! What AWS sends to SQS, SNS and S3: one document for the failed batch.

use std::collections::BTreeMap;

use bytes::Bytes;
use serde::Serialize;

use super::{GivenUp, RequestContext, ResponseContext, iso_8601};
use crate::esm::engine::action::Letter;
use crate::esm::engine::piece::Group;

/// The letter of a batch.
pub(super) fn letter(function_arn: &str, given_up: &GivenUp<'_>, has_payload: bool) -> Letter {
    let groups = &given_up.piece.groups;
    let event = given_up.envelope.event(groups.iter().map(|g| (g.partition, g.records.iter())));
    let topic = given_up.envelope.topic();
    let infos = groups.iter().map(|group| (format!("{topic}-{}", group.partition), PartitionInfo::of(group)));
    let document = Document {
        request_context: given_up.request_context(function_arn, given_up.condition.for_batch()),
        response_context: given_up.response_context(),
        version: "1.0",
        timestamp: iso_8601(given_up.now_ms),
        kafka_batch_info: BatchInfo {
            batch_size: given_up.piece.records(),
            event_source_arn: given_up.envelope.source_arn(),
            bootstrap_servers: given_up.envelope.bootstrap_servers(),
            payload_size: event.len(),
            records_info: infos.collect(),
        },
        payload: has_payload.then(|| String::from_utf8_lossy(&event)),
    };
    let records = groups.iter().flat_map(|g| g.records.iter().map(|r| (r.partition, r.offset)));
    Letter {
        records: records.collect(),
        key: None,
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
    #[serde(skip_serializing_if = "Option::is_none")]
    payload: Option<std::borrow::Cow<'a, str>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct BatchInfo<'a> {
    batch_size: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    event_source_arn: Option<&'a str>,
    bootstrap_servers: &'a str,
    payload_size: usize,
    records_info: BTreeMap<String, PartitionInfo>,
}

#[derive(Default, Serialize)]
#[serde(rename_all = "camelCase")]
struct PartitionInfo {
    first_record_offset: String,
    last_record_offset: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    first_record_timestamp: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_record_timestamp: Option<String>,
}

impl PartitionInfo {
    fn of(group: &Group) -> Self {
        let (Some(first), Some(last)) = (group.records.front(), group.records.back()) else {
            return Self::default();
        };
        Self {
            first_record_offset: first.offset.to_string(),
            last_record_offset: last.offset.to_string(),
            first_record_timestamp: first.timestamp_ms.map(iso_8601),
            last_record_timestamp: last.timestamp_ms.map(iso_8601),
        }
    }
}
