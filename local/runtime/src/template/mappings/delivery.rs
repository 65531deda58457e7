//! What a mapping delivers, and what becomes of what fails.

use std::time::Duration;

use super::super::EventSource;
use super::super::error::Fault;
use super::super::properties::Properties;
use super::super::settings::Settings;
use crate::esm::config::{DestinationArn, OnFailureDestination, PollerLimits, SystemLogLevel};
use crate::esm::filter::{FilterSet, InvalidFilter};
use crate::esm::limits::{
    FILTERS_MAX, MAXIMUM_POLLERS_DEFAULT, MAXIMUM_POLLERS_MAX, MINIMUM_POLLERS_MAX, RECORD_AGE_SECONDS_MIN,
};

impl EventSource<'_> {
    pub(super) fn report_batch_item_failures(&self) -> bool {
        let kinds = self.properties.texts("FunctionResponseTypes");
        if let Some(other) = kinds.iter().find(|kind| *kind != "ReportBatchItemFailures") {
            self.fault("FunctionResponseTypes", format!("{other} is not ReportBatchItemFailures"));
        }
        !kinds.is_empty()
    }

    pub(super) fn maximum_record_age(&self) -> Option<Duration> {
        let seconds = self.properties.number("MaximumRecordAgeInSeconds", -1..=604_800)?;
        if (0..RECORD_AGE_SECONDS_MIN).contains(&seconds) {
            let message = format!("-1 or {RECORD_AGE_SECONDS_MIN} to 604800 is wanted here, not {seconds}");
            self.fault("MaximumRecordAgeInSeconds", message);
        }
        u64::try_from(seconds).ok().map(Duration::from_secs)
    }

    /// The destination, which has to lead somewhere else than back into the mapping.
    pub(super) fn on_failure(
        &self,
        own_topic: Option<&str>,
        settings: &Settings,
    ) -> Option<OnFailureDestination> {
        let destination = self.destination()?;
        match &destination {
            OnFailureDestination::KafkaTopic(topic) if own_topic == Some(topic) => {
                let message =
                    format!("kafka://{topic} is the mapping's own topic: what fails would come back forever");
                self.fault("DestinationConfig", message);
            }
            OnFailureDestination::Arn(arn) if settings.runtime.places().find(arn).is_none() => {
                let message = format!(
                    "{} leads nowhere on this machine: give a folder or an endpoint under `Runtime: {{Destinations: …}}`",
                    arn.arn
                );
                self.fault("DestinationConfig", message);
            }
            _ => {}
        }
        Some(destination)
    }

    fn destination(&self) -> Option<OnFailureDestination> {
        let on_failure = self.properties.section("DestinationConfig").section("OnFailure");
        let node = on_failure.node.get("Destination")?;
        let resolved = || self.properties.resolver.text(node).ok();
        let destination = match node.as_str() {
            Some(_) => on_failure.text("Destination"),
            None => resolved().or_else(|| self.unknown_arn(node, on_failure.text("Type").as_deref())),
        }?;
        if destination.is_empty() {
            return None;
        }
        if let Some(topic) = destination.strip_prefix("kafka://") {
            return Some(OnFailureDestination::KafkaTopic(topic.to_owned()));
        }
        DestinationArn::parse(&destination)
            .map(OnFailureDestination::Arn)
            .inspect_err(|error| self.fault("DestinationConfig", error.to_string()))
            .ok()
    }

    /// The ARN of a queue, topic or bucket that the template itself makes: SAM's `Type` says which.
    fn unknown_arn(&self, node: &super::Node, kind: Option<&str>) -> Option<String> {
        let name = super::first_text(node)?.split('.').next()?;
        let resolver = self.properties.resolver;
        match kind {
            Some("SQS") => Some(resolver.arn("sqs", name)),
            Some("SNS") => Some(resolver.arn("sns", name)),
            Some("S3" | "S3Bucket") => Some(format!("arn:aws:s3:::{name}")),
            _ => {
                let message = format!(
                    "only AWS knows this: give `Attributes: {{ {name}.Arn: arn:aws:… }}` in the parameters file"
                );
                self.fault("DestinationConfig", message);
                None
            }
        }
    }

    pub(super) fn filter_patterns(&self) -> Vec<String> {
        let filters = self.properties.section("FilterCriteria").items("Filters");
        if filters.len() > FILTERS_MAX {
            self.fault("FilterCriteria", InvalidFilter::TooMany(filters.len()).to_string());
        }
        filters.iter().map(pattern).collect()
    }

    pub(super) fn provisioned_pollers(&self) -> Option<PollerLimits> {
        let config = self.properties.section("ProvisionedPollerConfig");
        config.node.entries().next()?;
        let number = |name, max: u16, default: u16| {
            let given = config.number(name, 1..=i64::from(max));
            given.and_then(|given| u16::try_from(given).ok()).unwrap_or(default)
        };
        let minimum = number("MinimumPollers", MINIMUM_POLLERS_MAX, 1);
        let maximum = number("MaximumPollers", MAXIMUM_POLLERS_MAX, MAXIMUM_POLLERS_DEFAULT);
        if minimum > maximum {
            let message =
                format!("MinimumPollers is {minimum}, which is more than MaximumPollers, {maximum}");
            self.fault("ProvisionedPollerConfig", message);
        }
        Some(PollerLimits { minimum, maximum })
    }

    pub(super) fn system_log_level(&self) -> Option<SystemLogLevel> {
        match self.properties.section("LoggingConfig").text("SystemLogLevel")?.as_str() {
            "DEBUG" => Some(SystemLogLevel::Debug),
            "INFO" => Some(SystemLogLevel::Info),
            "WARN" => Some(SystemLogLevel::Warn),
            other => {
                self.fault("LoggingConfig", format!("{other} is none of DEBUG, INFO, WARN"));
                None
            }
        }
    }
}

/// The pattern of a filter, which AWS reads when the mapping is made.
fn pattern(filter: &Properties<'_>) -> String {
    let pattern = filter.required_text("Pattern");
    let invalid = || FilterSet::parse(std::slice::from_ref(&pattern)).err();
    if let Some(node) = filter.node.get("Pattern")
        && let Some(invalid) = invalid()
    {
        filter.fault("Pattern", Fault::at(node.line, invalid.to_string()));
    }
    pattern
}
