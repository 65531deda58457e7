//! Properties that nobody knows: slips of the pen, or newer than this program. They would go unnoticed.

use std::path::Path;

use super::document::{Kind, Node};
use super::properties::Properties;

/// Properties that both kinds of Kafka events have.
const KAFKA: [&str; 19] = [
    "BatchSize",
    "BisectBatchOnFunctionError",
    "ConsumerGroupId",
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
const OF_EVENTS: [(&str, &[&str]); 7] = [
    ("MSK", &["Stream", "Tags"]),
    (
        MAPPING,
        &[
            "AmazonManagedKafkaEventSourceConfig",
            "EventSourceArn",
            "FunctionName",
            "SelfManagedEventSource",
            "SelfManagedKafkaEventSourceConfig",
            "Tags",
        ],
    ),
    ("SelfManagedKafka", &["ConsumptionMode", "KafkaBootstrapServers", "SecretsManagerKmsKeyId", "Tags"]),
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

/// The resource that SAM makes of a Kafka event, with the properties that CloudFormation has for it.
pub(super) const MAPPING: &str = "AWS::Lambda::EventSourceMapping";

/// The members of properties; those that are not here may hold anything.
const MEMBERS: [(&str, &[&str]); 15] = [
    ("AccessConfigs", &["Type", "URI"]),
    ("AmazonManagedKafkaEventSourceConfig", &["ConsumerGroupId", "SchemaRegistryConfig"]),
    ("DestinationConfig", &["OnFailure"]),
    ("Endpoints", &["KafkaBootstrapServers"]),
    ("FilterCriteria", &["Filters"]),
    ("Filters", &["Pattern"]),
    ("LoggingConfig", &["SystemLogLevel"]),
    ("MetricsConfig", &["Metrics"]),
    ("OnFailure", &["Destination", "Type"]),
    ("ProvisionedPollerConfig", &["MaximumPollers", "MinimumPollers", "PollerGroupName"]),
    (
        "SchemaRegistryConfig",
        &["AccessConfigs", "EventRecordFormat", "SchemaRegistryURI", "SchemaValidationConfigs"],
    ),
    ("SchemaValidationConfigs", &["Attribute"]),
    ("SelfManagedEventSource", &["Endpoints"]),
    ("SelfManagedKafkaEventSourceConfig", &["ConsumerGroupId", "ConsumptionMode", "SchemaRegistryConfig"]),
    ("SourceAccessConfigurations", &["Type", "URI"]),
];

/// A line for each property, at any depth, that this kind of event or mapping does not have.
pub(super) fn properties(kind: &str, properties: &Properties<'_>, file: &Path) -> Vec<String> {
    let Some((_, own)) = OF_EVENTS.iter().find(|(event, _)| *event == kind) else { return Vec::new() };
    let is_of_kafka = own.contains(&"Tags");
    let shared: &[&str] = if is_of_kafka { &KAFKA } else { &[] };
    let mut found = Vec::new();
    for (name, node) in properties.node.entries() {
        let path = format!("{}.{name}", properties.path());
        if !own.contains(&name) && !shared.contains(&name) {
            found.push((node.line, path));
        } else if is_of_kafka {
            members(name, node, &path, &mut found);
        }
    }
    let told = |(line, path): (usize, String)| {
        format!(
            "{}:{line}: {path}: {kind} has no such property that is known here: it has no effect",
            file.display()
        )
    };
    found.into_iter().map(told).collect()
}

fn members(name: &str, node: &Node, path: &str, found: &mut Vec<(usize, String)>) {
    let Some((_, known)) = MEMBERS.iter().find(|(property, _)| *property == name) else { return };
    match &node.kind {
        Kind::List(items) => {
            for (index, item) in items.iter().enumerate() {
                members(name, item, &format!("{path}.{index}"), found);
            }
        }
        _ if node.as_intrinsic().is_some() => {}
        _ => {
            for (member, node) in node.entries() {
                let path = format!("{path}.{member}");
                if known.contains(&member) {
                    members(member, node, &path, found);
                } else {
                    found.push((node.line, path));
                }
            }
        }
    }
}
