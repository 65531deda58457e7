//! `MSK` and `SelfManagedKafka` events.

use std::time::Duration;

use serde_json::Value;

use super::EventSource;
use super::document::{Kind, Node};
use super::error::Fault;
use super::settings::Settings;
use crate::esm::config::{EventSource as Source, MappingConfig, OnFailureDestination, StartingPosition};

/// What AWS waits for a batch to fill where the mapping does not say.
const BATCHING_WINDOW_DEFAULT: Duration = Duration::from_millis(500);
const BATCH_SIZE_DEFAULT: i64 = 100;

impl EventSource<'_> {
    /// The mapping of an event, in AWS's own terms.
    pub(super) fn mapping(&self, kind: &str, settings: &Settings) -> Option<MappingConfig> {
        let properties = self.properties;
        let source = if kind == "MSK" {
            Source::Msk { cluster_arn: self.cluster_arn()? }
        } else {
            Source::SelfManaged
        };
        let uuid = uuid_of(self.id);
        let age = properties.number("MaximumRecordAgeInSeconds", -1..=604_800);
        let attempts = properties.number("MaximumRetryAttempts", -1..=10_000);
        let window = properties.number("MaximumBatchingWindowInSeconds", 0..=300);
        Some(MappingConfig {
            bootstrap_servers: self.bootstrap_servers(&source, settings)?,
            topic: self.topic()?,
            consumer_group_id: properties.text("ConsumerGroupId").unwrap_or_else(|| uuid.clone()),
            enabled: properties.flag("Enabled").unwrap_or(true),
            batch_size: usize::try_from(
                properties.number("BatchSize", 1..=10_000).unwrap_or(BATCH_SIZE_DEFAULT),
            )
            .ok()?,
            maximum_batching_window: window
                .map_or(BATCHING_WINDOW_DEFAULT, |window| Duration::from_secs(window.unsigned_abs())),
            starting_position: self.starting_position(),
            report_batch_item_failures: properties
                .texts("FunctionResponseTypes")
                .iter()
                .any(|kind| kind == "ReportBatchItemFailures"),
            bisect_batch_on_function_error: properties.flag("BisectBatchOnFunctionError").unwrap_or(false),
            maximum_retry_attempts: attempts.and_then(|attempts| u32::try_from(attempts).ok()),
            maximum_record_age: age.and_then(|age| u64::try_from(age).ok()).map(Duration::from_secs),
            on_failure: self.on_failure(),
            filter_patterns: self.filter_patterns(),
            provisioned_pollers: self.provisioned_pollers(),
            id: self.id.to_owned(),
            uuid,
            function: self.function.name.clone(),
            function_arn: self.function.arn.clone(),
            source,
        })
    }

    /// `Stream`; where only AWS knows it, an ARN made of what the template says, since
    /// brokers are found by the parameters file anyway.
    fn cluster_arn(&self) -> Option<String> {
        let Some(stream) = self.properties.node.get("Stream") else {
            self.properties.fault("Stream", Fault::at(self.properties.node.line, "is missing"));
            return None;
        };
        let unknown = || {
            let name = first_text(stream).unwrap_or("cluster").split('.').next().unwrap_or("cluster");
            let rest = format!("cluster/{name}/00000000-0000-0000-0000-000000000000-1");
            self.properties.resolver.arn("kafka", &rest)
        };
        Some(self.properties.resolver.text(stream).unwrap_or_else(|_| unknown()))
    }

    fn bootstrap_servers(&self, source: &Source, settings: &Settings) -> Option<String> {
        let own = self.properties.texts("KafkaBootstrapServers").join(",");
        let arn = match source {
            Source::Msk { cluster_arn } => cluster_arn.as_str(),
            Source::SelfManaged => own.as_str(),
        };
        let given =
            settings.runtime.bootstrap_servers.as_ref().and_then(|servers| servers.find(&[self.id, arn]));
        let servers = given.map(str::to_owned).or_else(|| Some(own.clone()).filter(|own| !own.is_empty()));
        if servers.is_none() {
            let message = "has no brokers here: give them under `Runtime: {BootstrapServers: host:port}`";
            self.properties.fault("", Fault::at(self.properties.node.line, message));
        }
        servers
    }

    fn topic(&self) -> Option<String> {
        let topics = self.properties.texts("Topics");
        if topics.len() != 1
            && self
                .properties
                .node
                .get("Topics")
                .is_none_or(|node| self.properties.resolver.value(node).is_ok())
        {
            let message = format!("a mapping has exactly one topic, not {}", topics.len());
            self.properties.fault("Topics", Fault::at(self.properties.node.line, message));
        }
        topics.into_iter().next()
    }

    /// SAM wants it for MSK and leaves it out for self-managed Kafka: nothing is skipped then.
    fn starting_position(&self) -> StartingPosition {
        match self.properties.text("StartingPosition").as_deref() {
            None | Some("TRIM_HORIZON") => StartingPosition::TrimHorizon,
            Some("LATEST") => StartingPosition::Latest,
            Some("AT_TIMESTAMP") => {
                let seconds = self.properties.number("StartingPositionTimestamp", 0..=i64::MAX / 1_000);
                if seconds.is_none() {
                    let message = "AT_TIMESTAMP wants a StartingPositionTimestamp in epoch seconds";
                    self.properties.fault("StartingPosition", Fault::at(self.properties.node.line, message));
                }
                StartingPosition::AtTimestamp(seconds.unwrap_or_default() * 1_000)
            }
            Some(other) => {
                let message = format!("{other} is none of TRIM_HORIZON, LATEST, AT_TIMESTAMP");
                self.properties.fault("StartingPosition", Fault::at(self.properties.node.line, message));
                StartingPosition::TrimHorizon
            }
        }
    }

    fn on_failure(&self) -> Option<OnFailureDestination> {
        let on_failure = self.properties.section("DestinationConfig").section("OnFailure");
        let destination = on_failure.text("Destination").filter(|destination| !destination.is_empty())?;
        Some(match destination.strip_prefix("kafka://") {
            Some(topic) => OnFailureDestination::KafkaTopic(topic.to_owned()),
            None => OnFailureDestination::Arn(destination),
        })
    }

    fn filter_patterns(&self) -> Vec<String> {
        let filters = self.properties.section("FilterCriteria").items("Filters");
        filters.iter().map(|filter| filter.required_text("Pattern")).collect()
    }

    fn provisioned_pollers(&self) -> Option<(u16, u16)> {
        let config = self.properties.section("ProvisionedPollerConfig");
        config.node.entries().next()?;
        let minimum = config.number("MinimumPollers", 1..=200).unwrap_or(1);
        let maximum = config.number("MaximumPollers", 1..=2_000).unwrap_or(200);
        Some((u16::try_from(minimum).ok()?, u16::try_from(maximum).ok()?))
    }
}

/// The first text in a reference, such as the logical id of `!GetAtt Cluster.Arn`.
fn first_text(node: &Node) -> Option<&str> {
    match &node.kind {
        Kind::Scalar(Value::String(text)) => Some(text),
        Kind::Scalar(_) => None,
        Kind::List(items) => items.iter().find_map(first_text),
        Kind::Map(entries) => entries.iter().find_map(|(_, node)| first_text(node)),
    }
}

/// A UUID that stays the same from start to start, since it is the group's name by default:
/// FNV-1a over the mapping's id, marked as version 8 (own making).
fn uuid_of(id: &str) -> String {
    const OFFSET: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
    const PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013b;
    let hash = id.bytes().fold(OFFSET, |hash, byte| (hash ^ u128::from(byte)).wrapping_mul(PRIME));
    let hex = format!("{hash:032x}");
    format!("{}-{}-8{}-a{}-{}", &hex[..8], &hex[8..12], &hex[13..16], &hex[17..20], &hex[20..])
}
