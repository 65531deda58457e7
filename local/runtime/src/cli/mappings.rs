//! The event source mappings of an application, started and ended together.

use std::sync::Arc;

use esm_local::esm::EsmOptions;
use esm_local::esm::directory::{Directory, Served};
use esm_local::esm::status::MappingStatus;
use esm_local::esm::system_log::LogSink;
use esm_local::host::LogBook;
use esm_local::invoke::Invoke;
use esm_local::template::{Application, Function, RuntimeSettings};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use super::Error;

/// The running mappings.
pub type Mappings<I> = Directory<I>;

/// Starts every mapping of the application.
pub async fn start_mappings<I: Invoke>(
    application: &Application,
    settings: &RuntimeSettings,
    logs: &Arc<LogBook>,
    invoker: &Arc<I>,
    shutdown: &CancellationToken,
) -> Result<Mappings<I>, Error> {
    let functions = application.functions.iter();
    let served = |function: &Function| Served { calls_max: function.calls_max(), timeout: function.timeout };
    let functions = functions.map(|function| (function.name.clone(), served(function))).collect();
    let options = options(settings, logs);
    let mappings = Directory::new(Arc::clone(invoker), options, functions, shutdown.clone());
    for config in &application.mappings {
        mappings.start(config.clone()).await?;
    }
    Ok(mappings)
}

/// What the parameters file says for all mappings.
fn options(settings: &RuntimeSettings, logs: &Arc<LogBook>) -> EsmOptions {
    let logs = Arc::clone(logs);
    let properties = settings.kafka.iter().filter_map(|(name, value)| Some((name.clone(), text(value)?)));
    EsmOptions {
        destinations: settings.places(),
        log_sink: Some(LogSink::new(move |function, line| logs.function(function).try_line(line))),
        kafka_properties: properties.collect(),
        ..EsmOptions::default()
    }
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(_) | Value::Bool(_) => Some(value.to_string()),
        _ => None,
    }
}

/// How each mapping is doing, for the health route.
pub async fn states<I: Invoke>(mappings: &Mappings<I>) -> Vec<Value> {
    let shown = |status: MappingStatus| {
        json!({
            "id": status.id,
            "function": status.function,
            "topic": status.topic,
            "state": status.state,
            "partitions": status.partitions.len(),
            "invocationsInFlight": status.invocations_in_flight,
            "lastError": status.last_error,
        })
    };
    mappings.statuses(false).await.into_iter().map(shown).collect()
}
