//! The event source mappings of an application, started and ended together.

use std::sync::Arc;

use esm_local::esm::config::MappingConfig;
use esm_local::esm::places::DestinationPlaces;
use esm_local::esm::status::MappingStatus;
use esm_local::esm::system_log::LogSink;
use esm_local::esm::{EsmOptions, Mapping, MappingHandle};
use esm_local::host::LogBook;
use esm_local::invoke::Invoke;
use esm_local::template::{Addresses, Application, RuntimeSettings};
use futures::future::join_all;
use serde_json::{Value, json};
use tokio::sync::RwLock;
use tokio_util::sync::CancellationToken;

use super::Error;

/// The running mappings.
#[derive(Debug, Default)]
pub struct Mappings {
    handles: RwLock<Vec<MappingHandle>>,
}

/// Starts every mapping of the application.
pub fn start_mappings<I: Invoke>(
    application: &Application,
    settings: &RuntimeSettings,
    logs: &Arc<LogBook>,
    invoker: &Arc<I>,
    shutdown: &CancellationToken,
) -> Result<Mappings, Error> {
    let options = options(settings, logs);
    let start = |config: &MappingConfig| {
        let options = EsmOptions {
            max_concurrent_invocations: environments(application, &config.function),
            ..options.clone()
        };
        Mapping::start(config.clone(), options, Arc::clone(invoker), shutdown.clone())
    };
    let handles = application.mappings.iter().map(start).collect::<Result<Vec<_>, _>>()?;
    Ok(Mappings { handles: RwLock::new(handles) })
}

/// What the parameters file says for all mappings.
fn options(settings: &RuntimeSettings, logs: &Arc<LogBook>) -> EsmOptions {
    let logs = Arc::clone(logs);
    let properties = settings.kafka.iter().filter_map(|(name, value)| Some((name.clone(), text(value)?)));
    EsmOptions {
        destinations: places(settings.destinations.as_ref()),
        log_sink: Some(LogSink::new(move |function, line| logs.function(function).try_line(line))),
        kafka_properties: properties.collect(),
        ..EsmOptions::default()
    }
}

fn places(destinations: Option<&Addresses>) -> DestinationPlaces {
    match destinations {
        None => DestinationPlaces::default(),
        Some(Addresses::All(place)) => DestinationPlaces::from_iter([("*", place)]),
        Some(Addresses::Each(places)) => places.iter().map(|(name, place)| (name.as_str(), place)).collect(),
    }
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(_) | Value::Bool(_) => Some(value.to_string()),
        _ => None,
    }
}

/// More calls than environments would only wait, and be throttled when they wait for long.
fn environments(application: &Application, function: &str) -> usize {
    let found = application.functions.iter().find(|candidate| candidate.name == function);
    found.map_or(1, |function| function.environments_max).max(1)
}

impl Mappings {
    /// How each mapping is doing, for the health route.
    pub async fn states(&self) -> Vec<Value> {
        let mut states = Vec::new();
        for handle in self.handles.read().await.iter() {
            if let Some(status) = handle.status().await {
                states.push(json!({
                    "id": status.id,
                    "function": status.function,
                    "topic": status.topic,
                    "state": status.state,
                    "partitions": status.partitions.len(),
                    "invocationsInFlight": status.invocations_in_flight,
                    "lastError": status.last_error,
                }));
            }
        }
        states
    }

    /// Everything about each mapping, with the lag that the brokers tell now.
    pub async fn statuses(&self) -> Vec<MappingStatus> {
        let handles = self.handles.read().await;
        join_all(handles.iter().map(MappingHandle::status_with_lag)).await.into_iter().flatten().collect()
    }

    /// Waits until every mapping has finished what is in flight and committed, after the shutdown.
    pub async fn join(&self) {
        for handle in self.handles.write().await.drain(..) {
            handle.join().await;
        }
    }
}
