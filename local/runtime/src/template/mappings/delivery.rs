//! What a mapping delivers, and what becomes of what fails.

use std::time::Duration;

use super::super::EventSource;
use crate::esm::config::{DestinationArn, OnFailureDestination, PollerLimits, SystemLogLevel};
use crate::esm::limits::{
    MAXIMUM_POLLERS_DEFAULT, MAXIMUM_POLLERS_MAX, MINIMUM_POLLERS_MAX, RECORD_AGE_SECONDS_MIN,
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

    pub(super) fn on_failure(&self) -> Option<OnFailureDestination> {
        let on_failure = self.properties.section("DestinationConfig").section("OnFailure");
        let node = on_failure.node.get("Destination")?;
        let known = self.properties.resolver.text(node).ok();
        let destination = known.or_else(|| self.unknown_arn(node, on_failure.text("Type").as_deref()))?;
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
        filters.iter().map(|filter| filter.required_text("Pattern")).collect()
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
