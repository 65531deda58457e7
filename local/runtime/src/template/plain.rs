//! Plain CloudFormation: `AWS::Lambda::Function` and `AWS::Lambda::EventSourceMapping`.

use super::document::{Kind, Node};
use super::error::Fault;
use super::functions;
use super::model::Application;
use super::properties::Properties;
use super::{EventSource, Reader};

/// What SAM writes flat and CloudFormation nests: `(SAM's name, CloudFormation's path)`.
const RENAMED: [(&str, &[&str]); 6] = [
    ("Stream", &["EventSourceArn"]),
    ("KafkaBootstrapServers", &["SelfManagedEventSource", "Endpoints", "KafkaBootstrapServers"]),
    ("ConsumerGroupId", &["AmazonManagedKafkaEventSourceConfig", "ConsumerGroupId"]),
    ("ConsumerGroupId", &["SelfManagedKafkaEventSourceConfig", "ConsumerGroupId"]),
    ("SchemaRegistryConfig", &["AmazonManagedKafkaEventSourceConfig", "SchemaRegistryConfig"]),
    ("SchemaRegistryConfig", &["SelfManagedKafkaEventSourceConfig", "SchemaRegistryConfig"]),
];

impl Reader<'_> {
    /// A function without SAM; `Globals` are none of its.
    pub(super) fn plain_function(&self, logical_id: &str, node: &Node, application: &mut Application) {
        let properties = self.own_properties(logical_id, node.section("Properties").clone());
        application.functions.push(functions::read(&properties, self.template, logical_id, node));
    }

    /// A mapping without SAM. Of other sources than Kafka it is left aside.
    pub(super) fn plain_mapping(&self, logical_id: &str, node: &Node, application: &mut Application) {
        let own = node.section("Properties");
        if own.get("Topics").is_none() {
            application.ignored.push(format!("{logical_id} (AWS::Lambda::EventSourceMapping, not of Kafka)"));
            return;
        }
        let kind = if own.get("SelfManagedEventSource").is_some() { "SelfManagedKafka" } else { "MSK" };
        let properties = self.own_properties(logical_id, as_sam(own));
        let Some(function) = self.named_function(&properties, application) else { return };
        let source = EventSource {
            id: logical_id,
            function: &application.functions[function],
            properties: &properties,
        };
        let mapping = source.mapping(kind, &self.template.settings);
        application.mappings.extend(mapping);
    }

    /// The function that `FunctionName` means: a name, or an ARN with or without qualifier.
    fn named_function(&self, properties: &Properties<'_>, application: &Application) -> Option<usize> {
        let wanted = properties.required_text("FunctionName");
        let name = wanted.rsplit_once(":function:").map_or(wanted.as_str(), |(_, name)| name);
        let name = name.split(':').next().unwrap_or(name);
        let found = application.functions.iter().position(|function| function.name == name);
        if found.is_none() && !wanted.is_empty() {
            let message = format!("{wanted} is no function of this template");
            properties.fault("FunctionName", Fault::at(properties.node.line, message));
        }
        found
    }
}

/// The same properties under SAM's names.
fn as_sam(own: &Node) -> Node {
    let mut entries: Vec<(String, Node)> =
        own.entries().map(|(name, node)| (name.to_owned(), node.clone())).collect();
    for (name, path) in RENAMED {
        if let Some(node) = path.iter().try_fold(own, |node, member| node.get(member)) {
            entries.push((name.to_owned(), node.clone()));
        }
    }
    Node { line: own.line, kind: Kind::Map(entries) }
}
