//! `MSK` and `SelfManagedKafka` events.

mod access;
mod delivery;
mod registry;
mod source;

use std::time::Duration;

use serde_json::Value;

use super::EventSource;
use super::document::{Kind, Node};
use super::error::Fault;
use super::settings::Settings;
use crate::esm::config::{EventSource as Source, MappingConfig};

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
        self.refuse_queue_mode();
        let uuid = uuid_of(self.id);
        let attempts = properties.number("MaximumRetryAttempts", -1..=10_000);
        let window = properties.number("MaximumBatchingWindowInSeconds", 0..=300);
        let provisioned_pollers = self.provisioned_pollers();
        let topic = self.topic();
        let on_failure = self.on_failure(topic.as_deref(), settings);
        let filter_patterns = self.filter_patterns();
        Some(MappingConfig {
            bootstrap_servers: self.bootstrap_servers(&source, settings)?,
            topic: topic?,
            consumer_group_id: self.consumer_group_id().unwrap_or_else(|| uuid.clone()),
            enabled: properties.flag("Enabled").unwrap_or(true),
            batch_size: usize::try_from(
                properties.number("BatchSize", 1..=10_000).unwrap_or(BATCH_SIZE_DEFAULT),
            )
            .ok()?,
            maximum_batching_window: window
                .map_or(BATCHING_WINDOW_DEFAULT, |window| Duration::from_secs(window.unsigned_abs())),
            starting_position: self.starting_position(),
            report_batch_item_failures: self.report_batch_item_failures(),
            bisect_batch_on_function_error: properties.flag("BisectBatchOnFunctionError").unwrap_or(false),
            maximum_retry_attempts: attempts.and_then(|attempts| u32::try_from(attempts).ok()),
            maximum_record_age: self.maximum_record_age(),
            on_failure,
            filter_patterns,
            source_access: self.source_access(settings),
            schema_registry: self.schema_registry(provisioned_pollers.is_some(), settings),
            system_log_level: self.system_log_level(),
            provisioned_pollers,
            id: self.id.to_owned(),
            uuid,
            function: self.function.name.clone(),
            function_arn: self.function.arn.clone(),
            source,
        })
    }

    /// Keeps a fault of one of the mapping's properties.
    fn fault(&self, property: &str, message: impl Into<String>) {
        let line = self.properties.node.get(property).map_or(self.properties.node.line, |node| node.line);
        self.properties.fault(property, Fault::at(line, message.into()));
    }
}

/// The first text in a reference, such as the logical id of `!GetAtt Cluster.Arn`.
pub(super) fn first_text(node: &Node) -> Option<&str> {
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

#[cfg(test)]
mod tests;
