//! What unit tests of the engine start from.

use std::time::Duration;

use super::config::{EventSource, MappingConfig, SourceAccess, StartingPosition};
use super::record::{RawRecord, Record, Timestamp};

/// Records of the tests were made at this time.
pub const MADE_MS: i64 = 1_545_084_650_987;

/// A mapping of the topic `pay` with AWS's defaults, window 0, partial responses on.
pub fn config() -> MappingConfig {
    MappingConfig {
        id: "PayEvent".to_owned(),
        uuid: "8f2d1c3e-0000-4000-8000-000000000001".to_owned(),
        function: "pay".to_owned(),
        function_arn: "arn:aws:lambda:us-east-1:123456789012:function:pay".to_owned(),
        source: EventSource::Msk {
            cluster_arn: "arn:aws:kafka:us-east-1:123456789012:cluster/c/1".to_owned(),
        },
        bootstrap_servers: "b-1:9092,b-2:9092".to_owned(),
        topic: "pay".to_owned(),
        consumer_group_id: "group".to_owned(),
        enabled: true,
        batch_size: 100,
        maximum_batching_window: Duration::ZERO,
        starting_position: StartingPosition::TrimHorizon,
        report_batch_item_failures: true,
        bisect_batch_on_function_error: false,
        maximum_retry_attempts: None,
        maximum_record_age: None,
        on_failure: None,
        filter_patterns: Vec::new(),
        provisioned_pollers: None,
        source_access: SourceAccess::default(),
        schema_registry: None,
        system_log_level: None,
    }
}

/// A small record, made at [`MADE_MS`].
pub fn record(partition: i32, offset: i64) -> Record {
    record_of(partition, offset, b"value")
}

/// A record with this value, made at [`MADE_MS`].
pub fn record_of(partition: i32, offset: i64, value: &[u8]) -> Record {
    Record::from_raw(&RawRecord { partition, offset, value: Some(value), ..RAW })
}

/// A record as it comes off the broker.
pub const RAW: RawRecord<'static> = RawRecord {
    topic: "pay",
    partition: 0,
    offset: 0,
    timestamp: Timestamp::CreateTime(MADE_MS),
    key: Some(b"key"),
    value: Some(b"value"),
    headers: &[],
    key_schema: None,
    value_schema: None,
};
