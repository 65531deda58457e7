//! One event source mapping's configuration, in AWS's own parameter names.

use std::time::Duration;

pub use super::access::{Authentication, Certificate, Password, Secret, SourceAccess};
pub use super::destination_arn::{DestinationArn, DestinationService};
pub use super::registry::{EventRecordFormat, RegistryAccess, SchemaRegistry};

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
    /// `ProvisionedPollerConfig`; `None` is the on-demand mode.
    pub provisioned_pollers: Option<PollerLimits>,
    /// `SourceAccessConfigurations`, as far as their secrets are given on this machine.
    pub source_access: SourceAccess,
    /// `SchemaRegistryConfig`.
    pub schema_registry: Option<SchemaRegistry>,
    /// `LoggingConfig.SystemLogLevel`; `None` logs no ESM events.
    pub system_log_level: Option<SystemLogLevel>,
}

/// How many event pollers a mapping in provisioned mode has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PollerLimits {
    /// `MinimumPollers`, 1 to 200.
    pub minimum: u16,
    /// `MaximumPollers`, 1 to 2,000.
    pub maximum: u16,
}

/// From which level on AWS's ESM log events are logged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum SystemLogLevel {
    /// Everything.
    Debug,
    /// What changes, and errors.
    Info,
    /// Errors.
    Warn,
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
    /// An SQS queue, an SNS topic or an S3 bucket: one document a batch.
    Arn(DestinationArn),
}
