//! A mapping as the Lambda API shows it.

use serde_json::{Map, Value, json};

use crate::esm::config::{
    EventSource, MappingConfig, OnFailureDestination, StartingPosition, SystemLogLevel,
};
use crate::esm::directory::{Described, State};

/// `EventSourceMappingConfiguration`.
pub fn mapping(mapping: &Described) -> Value {
    let config = &mapping.config;
    let kinds: &[&str] = if config.report_batch_item_failures { &["ReportBatchItemFailures"] } else { &[] };
    let mut shown = json!({
        "UUID": config.uuid,
        "EventSourceMappingArn": arn(config),
        "FunctionArn": config.function_arn,
        "Topics": [config.topic],
        "State": state(mapping.state),
        "StateTransitionReason": "USER_INITIATED",
        "LastProcessingResult": mapping.last_processing_result,
        "LastModified": mapping.modified.as_second(),
        "BatchSize": config.batch_size,
        "BisectBatchOnFunctionError": config.bisect_batch_on_function_error,
        "MaximumRetryAttempts": config.maximum_retry_attempts.map_or(-1, i64::from),
        "MaximumRecordAgeInSeconds": config.maximum_record_age.map_or(json!(-1), |age| json!(age.as_secs())),
        "FunctionResponseTypes": kinds,
        "DestinationConfig": {"OnFailure": on_failure(config)},
    });
    if let Some(members) = shown.as_object_mut() {
        add_source(members, config);
        add_position(members, config.starting_position);
        add_optional(members, config);
    }
    shown
}

/// The cluster of a mapping of MSK.
pub fn event_source_arn(mapping: &Described) -> Option<&str> {
    match &mapping.config.source {
        EventSource::Msk { cluster_arn } => Some(cluster_arn),
        EventSource::SelfManaged => None,
    }
}

fn arn(config: &MappingConfig) -> String {
    let place = config.function_arn.split(":function:").next().unwrap_or_default();
    format!("{place}:event-source-mapping:{}", config.uuid)
}

fn state(state: State) -> Value {
    match state {
        State::Is(state) => json!(state),
        State::Deleting => json!("Deleting"),
    }
}

fn on_failure(config: &MappingConfig) -> Value {
    match &config.on_failure {
        None => json!({}),
        Some(OnFailureDestination::KafkaTopic(topic)) => json!({"Destination": format!("kafka://{topic}")}),
        Some(OnFailureDestination::Arn(arn)) => json!({"Destination": arn.arn}),
    }
}

fn add_source(members: &mut Map<String, Value>, config: &MappingConfig) {
    let group = json!({"ConsumerGroupId": config.consumer_group_id});
    match &config.source {
        EventSource::Msk { cluster_arn } => {
            members.insert("EventSourceArn".into(), json!(cluster_arn));
            members.insert("AmazonManagedKafkaEventSourceConfig".into(), group);
        }
        EventSource::SelfManaged => {
            let servers: Vec<&str> = config.bootstrap_servers.split(',').collect();
            let endpoints = json!({"Endpoints": {"KAFKA_BOOTSTRAP_SERVERS": servers}});
            members.insert("SelfManagedEventSource".into(), endpoints);
            members.insert("SelfManagedKafkaEventSourceConfig".into(), group);
        }
    }
}

fn add_position(members: &mut Map<String, Value>, position: StartingPosition) {
    let name = match position {
        StartingPosition::TrimHorizon => "TRIM_HORIZON",
        StartingPosition::Latest => "LATEST",
        StartingPosition::AtTimestamp(at_ms) => {
            members.insert("StartingPositionTimestamp".into(), json!(at_ms / 1_000));
            "AT_TIMESTAMP"
        }
    };
    members.insert("StartingPosition".into(), json!(name));
}

/// Members that are there only where they were given. AWS's default window of half a second is no
/// number of seconds.
fn add_optional(members: &mut Map<String, Value>, config: &MappingConfig) {
    if config.maximum_batching_window.subsec_millis() == 0 {
        let seconds = config.maximum_batching_window.as_secs();
        members.insert("MaximumBatchingWindowInSeconds".into(), json!(seconds));
    }
    if !config.filter_patterns.is_empty() {
        let filters: Vec<_> =
            config.filter_patterns.iter().map(|pattern| json!({"Pattern": pattern})).collect();
        members.insert("FilterCriteria".into(), json!({"Filters": filters}));
    }
    if let Some(limits) = config.provisioned_pollers {
        let limits = json!({"MinimumPollers": limits.minimum, "MaximumPollers": limits.maximum});
        members.insert("ProvisionedPollerConfig".into(), limits);
    }
    if let Some(level) = config.system_log_level {
        let level = match level {
            SystemLogLevel::Debug => "DEBUG",
            SystemLogLevel::Info => "INFO",
            SystemLogLevel::Warn => "WARN",
        };
        members.insert("LoggingConfig".into(), json!({"SystemLogLevel": level}));
    }
}
