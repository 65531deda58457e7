//! One event source mapping's configuration, in AWS's own parameter names.

use std::time::Duration;

/// Everything a mapping is configured with, after the template's intrinsic functions are resolved.
#[derive(Debug, Clone, PartialEq)]
pub struct MappingConfig {
    /// Logical id of function + event, as the SAM translator names the mapping.
    pub id: String,
    /// UUID shown by the API; stable for the same id.
    pub uuid: String,
    /// The function that is invoked.
    pub function: String,
    /// ARN of the function for on-failure records.
    pub function_arn: String,
    /// MSK or self-managed: decides the event's envelope.
    pub source: EventSource,
    /// Brokers that are really connected to, comma-separated.
    pub bootstrap_servers: String,
    /// The one topic of the mapping.
    pub topic: String,
    /// `ConsumerGroupId`; the UUID where the template gives none.
    pub consumer_group_id: String,
    /// `Enabled`.
    pub enabled: bool,
    /// `BatchSize`, 1 to 10,000; AWS's default is 100.
    pub batch_size: usize,
    /// `MaximumBatchingWindowInSeconds`; AWS's default is 500 ms.
    pub maximum_batching_window: Duration,
    /// `StartingPosition`.
    pub starting_position: StartingPosition,
    /// `FunctionResponseTypes` contains `ReportBatchItemFailures`.
    pub report_batch_item_failures: bool,
    /// `BisectBatchOnFunctionError`.
    pub bisect_batch_on_function_error: bool,
    /// `MaximumRetryAttempts`; `None` is AWS's −1, without end.
    pub maximum_retry_attempts: Option<u32>,
    /// `MaximumRecordAgeInSeconds`; `None` is AWS's −1, without end.
    pub maximum_record_age: Option<Duration>,
    /// `DestinationConfig.OnFailure.Destination`.
    pub on_failure: Option<OnFailureDestination>,
    /// `FilterCriteria.Filters[].Pattern`, each a JSON pattern; OR-ed; empty matches all.
    pub filter_patterns: Vec<String>,
    /// `ProvisionedPollerConfig`: minimum and maximum pollers, where given.
    pub provisioned_pollers: Option<(u16, u16)>,
}

/// Where the records come from, as the event says it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EventSource {
    /// `aws:kafka` with the cluster's ARN.
    Msk {
        /// `Stream` of the SAM event.
        cluster_arn: String,
    },
    /// `SelfManagedKafka`.
    SelfManaged,
}

/// Where a group without committed offsets starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StartingPosition {
    /// The oldest record.
    TrimHorizon,
    /// Only records produced from now on.
    Latest,
    /// The first record at or after this time, in epoch milliseconds.
    AtTimestamp(i64),
}

/// Where records go that used up their attempts or their age.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OnFailureDestination {
    /// `kafka://topic` on the same cluster: one record each, key kept.
    KafkaTopic(String),
    /// Any ARN (SQS, SNS, S3): a later stage of this tool delivers to those.
    Arn(String),
}
