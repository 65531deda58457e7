//! What `CreateEventSourceMapping` makes: a mapping that lasts as long as the runtime.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::Deserialize;
use serde_json::{Map, Value};

use super::Invalid;
use super::change::Change;
use crate::esm::config::{EventSource, MappingConfig, SourceAccess, StartingPosition};
use crate::ids;
use crate::template::{Addresses, Function};

/// AWS's defaults.
const BATCH_SIZE_DEFAULT: usize = 100;
const BATCHING_WINDOW_DEFAULT: Duration = Duration::from_millis(500);

/// A request's members: what only a new mapping has, and what can be changed later too.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Create {
    event_source_arn: Option<String>,
    self_managed_event_source: Option<SelfManaged>,
    #[serde(default)]
    topics: Vec<String>,
    starting_position: Option<String>,
    starting_position_timestamp: Option<f64>,
    #[serde(alias = "SelfManagedKafkaEventSourceConfig")]
    amazon_managed_kafka_event_source_config: Option<Kafka>,
    /// The rest.
    #[serde(flatten)]
    pub change: Change,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct SelfManaged {
    endpoints: Endpoints,
}

#[derive(Debug, Deserialize)]
struct Endpoints {
    #[serde(rename = "KAFKA_BOOTSTRAP_SERVERS")]
    kafka_bootstrap_servers: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Kafka {
    consumer_group_id: Option<String>,
    consumption_mode: Option<String>,
    #[serde(flatten)]
    others: Map<String, Value>,
}

impl Kafka {
    /// What would be left out in silence is refused.
    fn refuse_others(&self) -> Result<(), Invalid> {
        if let Some(mode) = self.consumption_mode.as_deref().filter(|mode| *mode != "Stream") {
            return Err(Invalid(format!("ConsumptionMode {mode} is not run here, only Stream")));
        }
        match self.others.keys().next() {
            Some(name) => {
                Err(Invalid(format!("{name} cannot be set here: put the mapping into the template")))
            }
            None => Ok(()),
        }
    }
}

impl Create {
    /// The mapping of a function; `brokers` is what the parameters file says of clusters.
    pub fn config(&self, function: &Function, brokers: Option<&Addresses>) -> Result<MappingConfig, Invalid> {
        let uuid = ids::uuid();
        let (source, own) = self.source()?;
        let arn = match &source {
            EventSource::Msk { cluster_arn } => cluster_arn.as_str(),
            EventSource::SelfManaged => own.as_str(),
        };
        let given = brokers.and_then(|brokers| brokers.find(&[arn])).map(str::to_owned);
        let Some(bootstrap_servers) = given.or_else(|| Some(own.clone()).filter(|own| !own.is_empty()))
        else {
            return Err(Invalid::new(
                "no brokers are known for this cluster: give them under `Runtime: {BootstrapServers: …}`",
            ));
        };
        let [topic] = self.topics.as_slice() else {
            return Err(Invalid(format!("a mapping has exactly one topic, not {}", self.topics.len())));
        };
        let kafka = self.amazon_managed_kafka_event_source_config.as_ref();
        kafka.map_or(Ok(()), Kafka::refuse_others)?;
        let group = kafka.and_then(|kafka| kafka.consumer_group_id.clone());
        let mut config = MappingConfig {
            id: format!("{}-{uuid}", function.logical_id),
            function: function.name.clone(),
            function_arn: function.arn.clone(),
            source,
            bootstrap_servers,
            topic: topic.clone(),
            consumer_group_id: group.unwrap_or_else(|| uuid.clone()),
            uuid,
            enabled: true,
            batch_size: BATCH_SIZE_DEFAULT,
            maximum_batching_window: BATCHING_WINDOW_DEFAULT,
            starting_position: self.starting_position()?,
            report_batch_item_failures: false,
            bisect_batch_on_function_error: false,
            maximum_retry_attempts: None,
            maximum_record_age: None,
            on_failure: None,
            filter_patterns: Vec::new(),
            provisioned_pollers: None,
            source_access: SourceAccess::default(),
            schema_registry: None,
            system_log_level: None,
        };
        self.change.apply(&mut config)?;
        Ok(config)
    }

    /// The event's source, and the brokers that the request itself names.
    fn source(&self) -> Result<(EventSource, String), Invalid> {
        match (&self.event_source_arn, &self.self_managed_event_source) {
            (Some(arn), None) if arn.contains(":kafka:") => {
                Ok((EventSource::Msk { cluster_arn: arn.clone() }, String::new()))
            }
            (Some(arn), None) => {
                Err(Invalid(format!("{arn} is no Kafka cluster: only those are served here")))
            }
            (None, Some(own)) => {
                Ok((EventSource::SelfManaged, own.endpoints.kafka_bootstrap_servers.join(",")))
            }
            _ => Err(Invalid::new("one of EventSourceArn and SelfManagedEventSource is wanted")),
        }
    }

    fn starting_position(&self) -> Result<StartingPosition, Invalid> {
        match (self.starting_position.as_deref(), self.starting_position_timestamp) {
            (Some("TRIM_HORIZON"), None) => Ok(StartingPosition::TrimHorizon),
            (Some("LATEST"), None) => Ok(StartingPosition::Latest),
            (Some("AT_TIMESTAMP"), Some(seconds)) => at_timestamp(seconds),
            (None, _) => Err(Invalid::new("StartingPosition is missing")),
            (Some(other), _) => Err(Invalid(format!(
                "{other} is none of TRIM_HORIZON, LATEST, AT_TIMESTAMP with StartingPositionTimestamp"
            ))),
        }
    }
}

fn at_timestamp(seconds: f64) -> Result<StartingPosition, Invalid> {
    let since_epoch = Duration::try_from_secs_f64(seconds);
    let since_epoch = since_epoch.map_err(|error| Invalid(format!("StartingPositionTimestamp: {error}")))?;
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    if since_epoch > now {
        return Err(Invalid::new("StartingPositionTimestamp lies in the future"));
    }
    let ms = i64::try_from(since_epoch.as_millis()).map_err(|_| Invalid::new("StartingPositionTimestamp"))?;
    Ok(StartingPosition::AtTimestamp(ms))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_would_be_left_out_in_silence_is_refused_by_name() {
        for (config, refused) in [
            (json!({"ConsumerGroupId": "g"}), None),
            (json!({"ConsumptionMode": "Stream"}), None),
            (json!({"ConsumptionMode": "Queue"}), Some("ConsumptionMode Queue is not run here, only Stream")),
            (
                json!({"SchemaRegistryConfig": {}}),
                Some("SchemaRegistryConfig cannot be set here: put the mapping into the template"),
            ),
        ] {
            let read: Kafka = serde_json::from_value(config).unwrap();
            assert_eq!(read.refuse_others().err().map(|invalid| invalid.0), refused.map(str::to_owned));
        }
    }
}
