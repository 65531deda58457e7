//! `ReportBatchItemFailures`: what a Kafka function answers. Not in `aws_lambda_events` 1.2.

use gateway_wire::RecordOrigin;
use serde::Serialize;

/// The records that are not finished; empty means all are.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct KafkaBatchResponse {
    /// One entry a record.
    pub batch_item_failures: Vec<BatchItemFailure>,
}

/// One unfinished record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct BatchItemFailure {
    /// Which.
    pub item_identifier: ItemIdentifier,
}

/// A record's place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ItemIdentifier {
    /// `topic-partition`.
    pub partition: String,
    /// The offset.
    pub offset: i64,
}

impl KafkaBatchResponse {
    /// Adds an unfinished record.
    pub fn add(&mut self, origin: &RecordOrigin) {
        let partition = format!("{}-{}", origin.topic, origin.partition);
        let item_identifier = ItemIdentifier { partition, offset: origin.offset };
        self.batch_item_failures.push(BatchItemFailure { item_identifier });
    }
}
