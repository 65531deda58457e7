//! Logs as JSON lines on standard output, where Lambda collects them.

use tracing_subscriber::EnvFilter;

/// Starts logging; `RUST_LOG` chooses what (default: `info`, the runtime's own layers at `warn`).
pub fn init() {
    let filter = EnvFilter::try_from_default_env()
        .unwrap_or_else(|_| EnvFilter::new("info,lambda_runtime=warn,rdkafka=warn,sqlx=warn"));
    let started = tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_current_span(true)
        .with_span_list(false)
        .with_env_filter(filter)
        .try_init();
    if started.is_err() {
        tracing::debug!("logging had been started before");
    }
}
