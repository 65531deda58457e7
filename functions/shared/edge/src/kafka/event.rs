//! The event of an MSK or self-managed Kafka mapping.
//!
//! An own type: `aws_lambda_events` refuses a record without `headers` and shuffles the partitions.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use gateway_wire::RecordOrigin;
use serde::Deserialize;

use super::RawRecord;

/// Records by `topic-partition`, in order within each.
#[derive(Debug, Deserialize)]
pub struct KafkaEvent {
    records: BTreeMap<String, Vec<EventRecord>>,
}

#[derive(Debug, Deserialize)]
struct EventRecord {
    topic: String,
    partition: i32,
    offset: i64,
    #[serde(default)]
    timestamp: i64,
    #[serde(default)]
    key: Option<String>,
    #[serde(default)]
    value: Option<String>,
    #[serde(default)]
    headers: Vec<BTreeMap<String, Option<Vec<i8>>>>,
}

impl KafkaEvent {
    /// The records, decoded, in order within each partition.
    ///
    /// # Errors
    /// A text that says which record's key or value is not base64: no record is lost silently.
    pub fn into_records(self) -> Result<Vec<RawRecord>, String> {
        self.records.into_values().flatten().map(EventRecord::decode).collect()
    }
}

impl EventRecord {
    fn decode(self) -> Result<RawRecord, String> {
        let origin = RecordOrigin { topic: self.topic, partition: self.partition, offset: self.offset };
        let decode = |field: &str, text: Option<String>| {
            text.map(|text| STANDARD.decode(text)).transpose().map_err(|error| {
                format!(
                    "{field} of {}-{}@{} is not base64: {error}",
                    origin.topic, origin.partition, origin.offset
                )
            })
        };
        let key = decode("key", self.key)?;
        let value = decode("value", self.value)?;
        let headers = self.headers.into_iter().flatten().map(|(name, bytes)| (name, unsign(bytes))).collect();
        Ok(RawRecord { origin, timestamp_ms: self.timestamp, key, value, headers })
    }
}

/// AWS writes header bytes as Java does: −128 to 127.
fn unsign(bytes: Option<Vec<i8>>) -> Vec<u8> {
    bytes.unwrap_or_default().into_iter().map(i8::cast_unsigned).collect()
}
