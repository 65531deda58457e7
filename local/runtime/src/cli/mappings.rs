//! The event source mappings of an application, started and ended together.

use std::sync::Arc;

use esm_local::esm::{EsmOptions, Mapping, MappingHandle};
use esm_local::invoke::Invoke;
use esm_local::template::Application;
use serde_json::{Value, json};
use tokio::sync::Mutex;
use tokio_util::sync::CancellationToken;

use super::Error;

/// The running mappings.
#[derive(Debug, Default)]
pub struct Mappings {
    handles: Mutex<Vec<MappingHandle>>,
}

/// Starts every mapping of the application.
pub fn start_mappings<I: Invoke>(
    application: &Application,
    invoker: &Arc<I>,
    shutdown: &CancellationToken,
) -> Result<Mappings, Error> {
    let start = |config: &esm_local::esm::config::MappingConfig| {
        Mapping::start(config.clone(), EsmOptions::default(), Arc::clone(invoker), shutdown.clone())
    };
    let handles = application.mappings.iter().map(start).collect::<Result<Vec<_>, _>>()?;
    Ok(Mappings { handles: Mutex::new(handles) })
}

impl Mappings {
    /// How each mapping is doing, for the health route.
    pub async fn states(&self) -> Vec<Value> {
        let mut states = Vec::new();
        for handle in self.handles.lock().await.iter() {
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

    /// Waits until every mapping has finished what is in flight and committed, after the shutdown.
    pub async fn join(&self) {
        for handle in self.handles.lock().await.drain(..) {
            handle.join().await;
        }
    }
}
