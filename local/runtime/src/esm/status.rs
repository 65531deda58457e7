//! What a mapping tells about itself.

use serde::{Deserialize, Serialize};

use super::metrics::MetricsSnapshot;

/// A mapping's state, in the words of AWS's API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum MappingState {
    /// Joining the group, or waiting for the topic to exist.
    Enabling,
    /// Has joined the group and reads what is assigned to it.
    Enabled,
    /// Finishing what is in flight, to go on by another configuration.
    Updating,
    /// Finishing what is in flight.
    Disabling,
    /// Reads nothing and is not in the group.
    Disabled,
}

/// A mapping at one moment.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MappingStatus {
    /// Logical id.
    pub id: String,
    /// UUID.
    pub uuid: String,
    /// The function.
    pub function: String,
    /// The topic.
    pub topic: String,
    /// The consumer group.
    pub consumer_group_id: String,
    /// What it is doing.
    pub state: MappingState,
    /// Event pollers at work; `None` in the on-demand mode.
    pub pollers: Option<usize>,
    /// Invocations that are out.
    pub invocations_in_flight: usize,
    /// `LastProcessingResult`: `OK`, `No records processed`, or the last problem in words.
    pub last_processing_result: String,
    /// The last error, also when things have gone well since.
    pub last_error: Option<String>,
    /// The partitions assigned to this instance.
    pub partitions: Vec<PartitionStatus>,
    /// The counters.
    pub metrics: MetricsSnapshot,
}

/// One assigned partition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PartitionStatus {
    /// Its number.
    pub partition: i32,
    /// The next offset to read after a restart, where this instance committed or found one.
    pub committed: Option<i64>,
    /// Records read and waiting for a batch.
    pub buffered: usize,
    /// Records read and not yet part of the finished prefix, buffered ones included.
    pub unfinished: usize,
    /// Records in the topic after the committed offset; only where the brokers were asked.
    pub lag: Option<i64>,
}

impl MappingStatus {
    /// `OffsetLag`: records of all assigned partitions that are not committed, where the brokers
    /// were asked.
    pub fn lag(&self) -> Option<i64> {
        self.partitions.iter().map(|partition| partition.lag).sum()
    }

    /// `MaxOffsetLag`: that of the partition with most.
    pub fn max_lag(&self) -> Option<i64> {
        self.partitions.iter().filter_map(|partition| partition.lag).max()
    }
}
