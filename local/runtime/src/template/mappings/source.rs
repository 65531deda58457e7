//! Where a mapping reads from, and from where on.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::super::EventSource;
use super::super::error::Fault;
use super::super::settings::Settings;
use super::first_text;
use crate::esm::config::{EventSource as Source, StartingPosition};
use crate::esm::limits::{GROUP_CHARS_MAX, TOPIC_CHARS_MAX};

/// The brokers of self-managed Kafka.
const SERVERS: &str = "KafkaBootstrapServers";

impl EventSource<'_> {
    /// `Stream`; where only AWS knows it, an ARN made of what the template says, since
    /// brokers are found by the parameters file anyway.
    pub(super) fn cluster_arn(&self) -> Option<String> {
        let Some(stream) = self.properties.node.get("Stream") else {
            self.fault("Stream", "is missing");
            return None;
        };
        let unknown = || {
            let name = first_text(stream).unwrap_or("cluster").split('.').next().unwrap_or("cluster");
            let rest = format!("cluster/{name}/00000000-0000-0000-0000-000000000000-1");
            self.properties.resolver.arn("kafka", &rest)
        };
        Some(self.properties.resolver.text(stream).unwrap_or_else(|_| unknown()))
    }

    /// The parameters file's brokers, else the template's, which only then have to be known.
    pub(super) fn bootstrap_servers(&self, source: &Source, settings: &Settings) -> Option<String> {
        let own = self.properties.known_texts(SERVERS).map(|servers| servers.join(","));
        let arn = match source {
            Source::Msk { cluster_arn } => cluster_arn.as_str(),
            Source::SelfManaged => own.as_deref().unwrap_or_default(),
        };
        let servers = settings.runtime.bootstrap_servers.as_ref();
        if let Some(given) = servers.and_then(|servers| servers.find(&[self.id, arn])) {
            return Some(given.to_owned());
        }
        let own = own.unwrap_or_else(|fault| {
            self.properties.fault(SERVERS, fault);
            String::new()
        });
        if own.is_empty() {
            let message = "has no brokers here: give them under `Runtime: {BootstrapServers: host:port}`";
            self.properties.fault("", Fault::at(self.properties.node.line, message));
            return None;
        }
        Some(own)
    }

    pub(super) fn topic(&self) -> Option<String> {
        let topics = self.properties.texts("Topics");
        let is_resolved = self
            .properties
            .node
            .get("Topics")
            .is_none_or(|node| self.properties.resolver.value(node).is_ok());
        if topics.len() != 1 && is_resolved {
            self.fault("Topics", format!("a mapping has exactly one topic, not {}", topics.len()));
        }
        let topic = topics.into_iter().next()?;
        if !is_topic(&topic) {
            self.fault("Topics", format!("{topic} is no name of a Kafka topic"));
        }
        Some(topic)
    }

    /// `ConsumerGroupId`, which AWS takes within bounds only.
    pub(super) fn consumer_group_id(&self) -> Option<String> {
        let group = self.properties.text("ConsumerGroupId")?;
        let is_allowed = |c: char| c.is_ascii_alphanumeric() || " -/*:_+=.@".contains(c);
        if group.is_empty() || group.len() > GROUP_CHARS_MAX || !group.chars().all(is_allowed) {
            self.fault(
                "ConsumerGroupId",
                format!("1 to {GROUP_CHARS_MAX} letters, digits and -/*:_+=.@ are wanted here, not {group}"),
            );
        }
        Some(group)
    }

    /// Running a share group as a stream would be wrong in silence.
    pub(super) fn refuse_queue_mode(&self) {
        let mode = self.properties.text("ConsumptionMode");
        if let Some(mode) = mode.filter(|mode| mode != "Stream") {
            self.fault(
                "ConsumptionMode",
                format!("{mode} is not run here, only Stream: share groups are another thing altogether"),
            );
        }
    }

    /// SAM wants it for MSK and leaves it out for self-managed Kafka: nothing is skipped then.
    pub(super) fn starting_position(&self) -> StartingPosition {
        match self.properties.text("StartingPosition").as_deref() {
            None | Some("TRIM_HORIZON") => StartingPosition::TrimHorizon,
            Some("LATEST") => StartingPosition::Latest,
            Some("AT_TIMESTAMP") => StartingPosition::AtTimestamp(self.starting_timestamp_ms()),
            Some(other) => {
                self.fault(
                    "StartingPosition",
                    format!("{other} is none of TRIM_HORIZON, LATEST, AT_TIMESTAMP"),
                );
                StartingPosition::TrimHorizon
            }
        }
    }

    fn starting_timestamp_ms(&self) -> i64 {
        let seconds = self.properties.number("StartingPositionTimestamp", 0..=i64::MAX / 1_000);
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or(Duration::MAX).as_secs();
        match seconds {
            None => {
                let message = "AT_TIMESTAMP wants a StartingPositionTimestamp in epoch seconds";
                self.fault("StartingPosition", message);
            }
            Some(seconds) if seconds.unsigned_abs() > now => {
                self.fault("StartingPositionTimestamp", "lies in the future");
            }
            Some(_) => {}
        }
        seconds.unwrap_or_default().saturating_mul(1_000)
    }
}

/// AWS's pattern: `[^.]([a-zA-Z0-9\-_.]+)`, and Kafka's own characters for the first too.
fn is_topic(name: &str) -> bool {
    let is_allowed = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    (1..=TOPIC_CHARS_MAX).contains(&name.len()) && !name.starts_with('.') && name.chars().all(is_allowed)
}
