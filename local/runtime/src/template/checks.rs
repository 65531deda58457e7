//! What is legal, and most likely not meant: told, and not in the way.

use std::collections::BTreeMap;

use super::model::Application;
use super::properties::Properties;

/// Properties that both kinds of Kafka events have.
const KAFKA: [&str; 20] = [
    "BatchSize",
    "BisectBatchOnFunctionError",
    "ConsumerGroupId",
    "ConsumptionMode",
    "DestinationConfig",
    "Enabled",
    "FilterCriteria",
    "FunctionResponseTypes",
    "KmsKeyArn",
    "LoggingConfig",
    "MaximumBatchingWindowInSeconds",
    "MaximumRecordAgeInSeconds",
    "MaximumRetryAttempts",
    "MetricsConfig",
    "ProvisionedPollerConfig",
    "SchemaRegistryConfig",
    "SourceAccessConfigurations",
    "StartingPosition",
    "StartingPositionTimestamp",
    "Topics",
];

/// Properties of one kind of event, beside those above.
const OF_EVENTS: [(&str, &[&str]); 6] = [
    ("MSK", &["Stream", "Tags"]),
    ("SelfManagedKafka", &["KafkaBootstrapServers", "Tags"]),
    (
        "HttpApi",
        &["ApiId", "Auth", "Method", "Path", "PayloadFormatVersion", "RouteSettings", "TimeoutInMillis"],
    ),
    (
        "Api",
        &[
            "Auth",
            "Method",
            "Path",
            "RequestModel",
            "RequestParameters",
            "ResponseTransferMode",
            "RestApiId",
            "TimeoutInMillis",
        ],
    ),
    (
        "Schedule",
        &[
            "DeadLetterConfig",
            "Description",
            "Enabled",
            "Input",
            "Name",
            "RetryPolicy",
            "Schedule",
            "State",
            "Target",
        ],
    ),
    (
        "ScheduleV2",
        &[
            "DeadLetterConfig",
            "Description",
            "EndDate",
            "FlexibleTimeWindow",
            "GroupName",
            "Input",
            "KmsKeyArn",
            "Name",
            "OmitName",
            "PermissionsBoundary",
            "RetryPolicy",
            "RoleArn",
            "ScheduleExpression",
            "ScheduleExpressionTimezone",
            "StartDate",
            "State",
        ],
    ),
];

/// Properties that no event of this kind has: slips of the pen, which would go unnoticed.
pub(super) fn unknown_properties(kind: &str, properties: &Properties<'_>, place: &str) -> Vec<String> {
    let Some((_, own)) = OF_EVENTS.iter().find(|(event, _)| *event == kind) else { return Vec::new() };
    let shared: &[&str] = if own.contains(&"Tags") { &KAFKA } else { &[] };
    let is_unknown = |name: &str| !own.contains(&name) && !shared.contains(&name);
    let unknown = properties.node.entries().filter(|(name, _)| is_unknown(name));
    unknown
        .map(|(name, node)| {
            format!("{place}: {name} (line {}) is no property of {kind} events: it has no effect", node.line)
        })
        .collect()
}

/// Adds what can only be seen of the whole.
pub(super) fn look_over(application: &mut Application) {
    let mut groups: BTreeMap<(&str, &str, &str), Vec<&str>> = BTreeMap::new();
    for mapping in &application.mappings {
        let key = (&*mapping.consumer_group_id, &*mapping.topic, &*mapping.bootstrap_servers);
        groups.entry(key).or_default().push(&mapping.id);
    }
    let shared = groups.into_iter().filter(|(_, mappings)| mappings.len() > 1);
    let warnings = shared.map(|((group, topic, _), mappings)| {
        let mappings = mappings.join(" and ");
        format!(
            "{mappings} read {topic} as one group, {group}: each record goes to one of them only; \
             give each a ConsumerGroupId of its own if all are to see it"
        )
    });
    let warnings: Vec<String> = warnings.collect();
    application.warnings.extend(warnings);
}
