//! Plain CloudFormation: `AWS::Lambda::Function`, `AWS::Lambda::EventSourceMapping`, `AWS::Events::Rule` and
//! `AWS::Scheduler::Schedule`.

use super::attributes::kind_of;
use super::document::{Kind, Node};
use super::error::Fault;
use super::functions;
use super::model::Application;
use super::properties::Properties;
use super::unknown::{self, MAPPING};
use super::{EventSource, Reader};

/// Resources that call functions, which they name.
pub(super) const CALLERS: [&str; 3] = [MAPPING, "AWS::Events::Rule", "AWS::Scheduler::Schedule"];

/// What SAM writes flat and CloudFormation nests: `(SAM's name, CloudFormation's path)`.
const RENAMED: [(&str, &[&str]); 7] = [
    ("Stream", &["EventSourceArn"]),
    ("KafkaBootstrapServers", &["SelfManagedEventSource", "Endpoints", "KafkaBootstrapServers"]),
    ("ConsumerGroupId", &["AmazonManagedKafkaEventSourceConfig", "ConsumerGroupId"]),
    ("ConsumerGroupId", &["SelfManagedKafkaEventSourceConfig", "ConsumerGroupId"]),
    ("ConsumptionMode", &["SelfManagedKafkaEventSourceConfig", "ConsumptionMode"]),
    ("SchemaRegistryConfig", &["AmazonManagedKafkaEventSourceConfig", "SchemaRegistryConfig"]),
    ("SchemaRegistryConfig", &["SelfManagedKafkaEventSourceConfig", "SchemaRegistryConfig"]),
];

impl Reader<'_> {
    /// A function without SAM; `Globals` are none of its.
    pub(super) fn plain_function(&self, logical_id: &str, node: &Node, application: &mut Application) {
        let properties = self.own_properties(logical_id, node.section("Properties"));
        let function = functions::read(&properties, self.template, logical_id, node);
        self.look_at(&function, &properties, application);
        application.functions.push(function);
    }

    /// A mapping or schedule without SAM.
    pub(super) fn plain_caller(&self, logical_id: &str, node: &Node, application: &mut Application) {
        let own = self.resolver.settled(node.section("Properties"));
        match kind_of(node) {
            "AWS::Events::Rule" => self.plain_rule(logical_id, &own, application),
            "AWS::Scheduler::Schedule" => {
                self.plain_schedule("ScheduleV2", logical_id, &own, own.section("Target"), application);
            }
            _ => self.plain_mapping(logical_id, &own, application),
        }
    }

    /// A rule calls each of its targets; one without schedule waits for events of AWS.
    fn plain_rule(&self, logical_id: &str, own: &Node, application: &mut Application) {
        let targets = match &own.section("Targets").kind {
            Kind::List(targets) if own.get("ScheduleExpression").is_some() => targets.as_slice(),
            _ => &[],
        };
        if targets.is_empty() {
            self.leave_aside(logical_id, "AWS::Events::Rule, without a schedule", application);
        }
        for target in targets {
            self.plain_schedule("Schedule", logical_id, own, target, application);
        }
    }

    fn plain_schedule(
        &self,
        event: &str,
        logical_id: &str,
        own: &Node,
        target: &Node,
        application: &mut Application,
    ) {
        let arn = target.get("Arn").and_then(|arn| self.resolver.text(arn).ok()).unwrap_or_default();
        let Some(function) = function_of(&arn, application) else {
            return self.leave_aside(logical_id, "a schedule of something else than a function", application);
        };
        let properties = self.own_properties(logical_id, &with_input(own, target));
        let source = EventSource {
            id: &self.template.scope.full(logical_id),
            function: &application.functions[function],
            properties: &properties,
        };
        let schedule = source.schedule(event, &self.template.settings);
        application.schedules.extend(schedule);
    }

    fn leave_aside(&self, logical_id: &str, what: &str, application: &mut Application) {
        application.ignored.push(format!("{} ({what})", self.template.scope.full(logical_id)));
    }

    /// A mapping without SAM. Of other sources than Kafka it is left aside.
    fn plain_mapping(&self, logical_id: &str, own: &Node, application: &mut Application) {
        if own.get("Topics").is_none() {
            return self.leave_aside(
                logical_id,
                "AWS::Lambda::EventSourceMapping, not of Kafka",
                application,
            );
        }
        let written = self.own_properties(logical_id, own);
        application.warnings.extend(unknown::properties(MAPPING, &written, &self.template.file));
        let kind = if own.get("SelfManagedEventSource").is_some() { "SelfManagedKafka" } else { "MSK" };
        let properties = self.own_properties(logical_id, &as_sam(&written));
        let Some(function) = self.named_function(&properties, application) else { return };
        let source = EventSource {
            id: &self.template.scope.full(logical_id),
            function: &application.functions[function],
            properties: &properties,
        };
        let mapping = source.mapping(kind, &self.template.settings);
        application.mappings.extend(mapping);
    }

    /// The function that `FunctionName` means: a name, or an ARN with or without qualifier.
    fn named_function(&self, properties: &Properties<'_>, application: &Application) -> Option<usize> {
        let wanted = properties.required_text("FunctionName");
        let found = function_of(&wanted, application);
        if found.is_none() && !wanted.is_empty() {
            let message = format!("{wanted} is no function of this template");
            properties.fault("FunctionName", Fault::at(properties.node.line, message));
        }
        found
    }
}

/// The function that a name or an ARN, with or without qualifier, stands for.
fn function_of(wanted: &str, application: &Application) -> Option<usize> {
    let name = wanted.rsplit_once(":function:").map_or(wanted, |(_, name)| name);
    let name = name.split(':').next().unwrap_or(name);
    application.functions.iter().position(|function| function.name == name)
}

/// A rule's or schedule's properties under SAM's names, with its target's input.
fn with_input(own: &Node, target: &Node) -> Node {
    let mut entries: Vec<(String, Node)> =
        own.entries().map(|(name, node)| (name.to_owned(), node.clone())).collect();
    let schedule = own.get("ScheduleExpression").map(|node| ("Schedule".to_owned(), node.clone()));
    let input = target.get("Input").map(|node| ("Input".to_owned(), node.clone()));
    entries.extend(schedule.into_iter().chain(input));
    Node { line: own.line, kind: Kind::Map(entries) }
}

/// The same properties under SAM's names.
fn as_sam(written: &Properties<'_>) -> Node {
    let own = &written.node;
    let mut entries: Vec<(String, Node)> =
        own.entries().map(|(name, node)| (name.to_owned(), node.clone())).collect();
    for (name, path) in RENAMED {
        let Some((last, sections)) = path.split_last() else { continue };
        let section = sections.iter().fold(written.clone(), |section, member| section.section(member));
        if let Some(node) = section.node.get(last) {
            entries.push((name.to_owned(), node.clone()));
        }
    }
    Node { line: own.line, kind: Kind::Map(entries) }
}
