//! What `UpdateEventSourceMapping` may change.

use std::ops::RangeInclusive;
use std::time::Duration;

use serde::Deserialize;
use serde_json::{Map, Value};

use super::Invalid;
use crate::esm::config::{DestinationArn, MappingConfig, OnFailureDestination, PollerLimits, SystemLogLevel};
use crate::esm::limits::{
    BATCH_SIZE_MAX, MAXIMUM_POLLERS_DEFAULT, MAXIMUM_POLLERS_MAX, MINIMUM_POLLERS_MAX, RECORD_AGE_SECONDS_MIN,
};

/// Members that mean nothing on one machine.
const LEFT_ASIDE: [&str; 3] = ["KMSKeyArn", "MetricsConfig", "Tags"];

/// A request's members; those that are not there change nothing.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Change {
    /// The function it is for.
    pub function_name: Option<String>,
    enabled: Option<bool>,
    batch_size: Option<i64>,
    maximum_batching_window_in_seconds: Option<i64>,
    maximum_retry_attempts: Option<i64>,
    maximum_record_age_in_seconds: Option<i64>,
    bisect_batch_on_function_error: Option<bool>,
    function_response_types: Option<Vec<String>>,
    filter_criteria: Option<FilterCriteria>,
    destination_config: Option<DestinationConfig>,
    provisioned_poller_config: Option<ProvisionedPollerConfig>,
    logging_config: Option<LoggingConfig>,
    #[serde(flatten)]
    others: Map<String, Value>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct FilterCriteria {
    filters: Vec<Filter>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Filter {
    pattern: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct DestinationConfig {
    on_failure: OnFailure,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct OnFailure {
    destination: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct ProvisionedPollerConfig {
    minimum_pollers: Option<i64>,
    maximum_pollers: Option<i64>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct LoggingConfig {
    system_log_level: Option<String>,
}

impl Change {
    /// Takes over what is asked for.
    pub fn apply(&self, config: &mut MappingConfig) -> Result<(), Invalid> {
        self.refuse_others()?;
        config.enabled = self.enabled.unwrap_or(config.enabled);
        config.bisect_batch_on_function_error =
            self.bisect_batch_on_function_error.unwrap_or(config.bisect_batch_on_function_error);
        if let Some(size) = self.batch_size {
            config.batch_size = within("BatchSize", size, 1..=BATCH_SIZE_MAX)?;
        }
        if let Some(seconds) = self.maximum_batching_window_in_seconds {
            let seconds = within("MaximumBatchingWindowInSeconds", seconds, 0..=300)?;
            config.maximum_batching_window = Duration::from_secs(seconds);
        }
        if let Some(attempts) = self.maximum_retry_attempts {
            config.maximum_retry_attempts = unless_endless("MaximumRetryAttempts", attempts, 0..=10_000)?;
        }
        if let Some(seconds) = self.maximum_record_age_in_seconds {
            let least = RECORD_AGE_SECONDS_MIN.unsigned_abs();
            let age = unless_endless("MaximumRecordAgeInSeconds", seconds, least..=604_800)?;
            config.maximum_record_age = age.map(Duration::from_secs);
        }
        self.apply_lists(config)
    }

    fn apply_lists(&self, config: &mut MappingConfig) -> Result<(), Invalid> {
        if let Some(kinds) = &self.function_response_types {
            if let Some(other) = kinds.iter().find(|kind| *kind != "ReportBatchItemFailures") {
                return Err(Invalid(format!("{other} is no FunctionResponseType")));
            }
            config.report_batch_item_failures = !kinds.is_empty();
        }
        if let Some(criteria) = &self.filter_criteria {
            config.filter_patterns = criteria.filters.iter().map(|filter| filter.pattern.clone()).collect();
        }
        if let Some(destinations) = &self.destination_config {
            config.on_failure = on_failure(&destinations.on_failure.destination)?;
        }
        if let Some(pollers) = &self.provisioned_poller_config {
            config.provisioned_pollers = pollers.limits()?;
        }
        if let Some(logging) = &self.logging_config {
            config.system_log_level = logging.level()?;
        }
        Ok(())
    }

    /// What would be changed in silence on this machine is refused.
    fn refuse_others(&self) -> Result<(), Invalid> {
        match self.others.keys().find(|name| !LEFT_ASIDE.contains(&name.as_str())) {
            Some(name) => {
                Err(Invalid(format!("{name} cannot be set here: change the template or the parameters file")))
            }
            None => Ok(()),
        }
    }
}

impl ProvisionedPollerConfig {
    /// Without members the mapping leaves the provisioned mode.
    fn limits(&self) -> Result<Option<PollerLimits>, Invalid> {
        if self.minimum_pollers.is_none() && self.maximum_pollers.is_none() {
            return Ok(None);
        }
        let minimum = within("MinimumPollers", self.minimum_pollers.unwrap_or(1), 1..=MINIMUM_POLLERS_MAX)?;
        let maximum = self.maximum_pollers.unwrap_or(MAXIMUM_POLLERS_DEFAULT.into());
        let maximum = within("MaximumPollers", maximum, 1..=MAXIMUM_POLLERS_MAX)?;
        if minimum > maximum {
            return Err(Invalid(format!("MinimumPollers is {minimum}, more than MaximumPollers, {maximum}")));
        }
        Ok(Some(PollerLimits { minimum, maximum }))
    }
}

impl LoggingConfig {
    fn level(&self) -> Result<Option<SystemLogLevel>, Invalid> {
        match self.system_log_level.as_deref() {
            None => Ok(None),
            Some("DEBUG") => Ok(Some(SystemLogLevel::Debug)),
            Some("INFO") => Ok(Some(SystemLogLevel::Info)),
            Some("WARN") => Ok(Some(SystemLogLevel::Warn)),
            Some(other) => Err(Invalid(format!("{other} is none of DEBUG, INFO, WARN"))),
        }
    }
}

/// An empty destination takes the one away that there is.
fn on_failure(destination: &str) -> Result<Option<OnFailureDestination>, Invalid> {
    if destination.is_empty() {
        return Ok(None);
    }
    if let Some(topic) = destination.strip_prefix("kafka://") {
        return Ok(Some(OnFailureDestination::KafkaTopic(topic.to_owned())));
    }
    let arn = DestinationArn::parse(destination).map_err(|error| Invalid(error.to_string()))?;
    Ok(Some(OnFailureDestination::Arn(arn)))
}

fn within<T: TryFrom<i64> + PartialOrd + std::fmt::Display>(
    name: &str,
    value: i64,
    bounds: RangeInclusive<T>,
) -> Result<T, Invalid> {
    let fits = T::try_from(value).ok().filter(|value| bounds.contains(value));
    fits.ok_or_else(|| Invalid(format!("{name} is {value}, not {} to {}", bounds.start(), bounds.end())))
}

fn unless_endless<T: TryFrom<i64> + PartialOrd + std::fmt::Display>(
    name: &str,
    value: i64,
    bounds: RangeInclusive<T>,
) -> Result<Option<T>, Invalid> {
    if value == -1 { Ok(None) } else { within(name, value, bounds).map(Some) }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::esm::testing::config;

    fn changed(body: Value) -> Result<MappingConfig, String> {
        let mut changed = config();
        let change: Change = serde_json::from_value(body).map_err(|error| error.to_string())?;
        change.apply(&mut changed).map_err(|invalid| invalid.0)?;
        Ok(changed)
    }

    #[test]
    fn each_member_changes_what_it_names_and_nothing_else() {
        let topic = Some(OnFailureDestination::KafkaTopic("failed".to_owned()));
        let rows = [
            (json!({}), config()),
            (json!({"Enabled": false}), MappingConfig { enabled: false, ..config() }),
            (json!({"BatchSize": 500}), MappingConfig { batch_size: 500, ..config() }),
            (
                json!({"MaximumBatchingWindowInSeconds": 5}),
                MappingConfig { maximum_batching_window: Duration::from_secs(5), ..config() },
            ),
            (
                json!({"MaximumRetryAttempts": 0, "MaximumRecordAgeInSeconds": 60}),
                MappingConfig {
                    maximum_retry_attempts: Some(0),
                    maximum_record_age: Some(Duration::from_secs(60)),
                    ..config()
                },
            ),
            (json!({"MaximumRetryAttempts": -1, "MaximumRecordAgeInSeconds": -1}), config()),
            (
                json!({"BisectBatchOnFunctionError": true, "FunctionResponseTypes": []}),
                MappingConfig {
                    bisect_batch_on_function_error: true,
                    report_batch_item_failures: false,
                    ..config()
                },
            ),
            (
                json!({"FilterCriteria": {"Filters": [{"Pattern": "{}"}]}}),
                MappingConfig { filter_patterns: vec!["{}".to_owned()], ..config() },
            ),
            (json!({"FilterCriteria": {}}), config()),
            (
                json!({"DestinationConfig": {"OnFailure": {"Destination": "kafka://failed"}}}),
                MappingConfig { on_failure: topic, ..config() },
            ),
            (json!({"DestinationConfig": {"OnFailure": {"Destination": ""}}}), config()),
            (
                json!({"ProvisionedPollerConfig": {"MinimumPollers": 2, "MaximumPollers": 4}}),
                MappingConfig {
                    provisioned_pollers: Some(PollerLimits { minimum: 2, maximum: 4 }),
                    ..config()
                },
            ),
            (json!({"ProvisionedPollerConfig": {}}), config()),
            (
                json!({"LoggingConfig": {"SystemLogLevel": "INFO"}, "MetricsConfig": {"Metrics": []}}),
                MappingConfig { system_log_level: Some(SystemLogLevel::Info), ..config() },
            ),
        ];
        for (body, expected) in rows {
            assert_eq!(changed(body.clone()), Ok(expected), "{body}");
        }
    }

    #[test]
    fn what_aws_or_this_machine_cannot_do_is_refused_by_name() {
        for (body, named) in [
            (json!({"BatchSize": 0}), "BatchSize"),
            (json!({"BatchSize": 10_001}), "BatchSize"),
            (json!({"MaximumBatchingWindowInSeconds": 301}), "MaximumBatchingWindowInSeconds"),
            (json!({"MaximumRetryAttempts": -2}), "MaximumRetryAttempts"),
            (json!({"MaximumRecordAgeInSeconds": 59}), "MaximumRecordAgeInSeconds"),
            (json!({"FunctionResponseTypes": ["Other"]}), "Other"),
            (json!({"DestinationConfig": {"OnFailure": {"Destination": "arn:aws:sqs:r:1:q.fifo"}}}), "FIFO"),
            (
                json!({"ProvisionedPollerConfig": {"MinimumPollers": 9, "MaximumPollers": 2}}),
                "MinimumPollers",
            ),
            (json!({"LoggingConfig": {"SystemLogLevel": "LOUD"}}), "LOUD"),
            (json!({"SourceAccessConfigurations": []}), "SourceAccessConfigurations"),
            (json!({"ParallelizationFactor": 2}), "ParallelizationFactor"),
        ] {
            let refused = changed(body.clone()).expect_err(&body.to_string());
            assert!(refused.contains(named), "{body}: {refused}");
        }
    }
}
