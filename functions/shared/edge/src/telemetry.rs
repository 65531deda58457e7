//! Logs as JSON lines on standard output, where Lambda collects them; metrics beside them.

use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, Layer as _};

use crate::metrics::{EmbeddedMetrics, TARGET};

/// Starts logging; `RUST_LOG` chooses what (default: `info`, the runtime's own layers at `warn`).
/// Metrics are written whatever it says.
pub fn init() {
    let chosen = EnvFilter::try_from_default_env()
        .unwrap_or_else(|_| EnvFilter::new("info,lambda_runtime=warn,rdkafka=warn,sqlx=warn"));
    let logs = tracing_subscriber::fmt::layer()
        .json()
        .flatten_event(true)
        .with_current_span(true)
        .with_span_list(false)
        .with_filter(filter_fn(|event| event.target() != TARGET))
        .with_filter(chosen);
    let metrics = EmbeddedMetrics.with_filter(filter_fn(|event| event.target() == TARGET));
    if tracing_subscriber::registry().with(logs).with(metrics).try_init().is_err() {
        tracing::debug!("logging had been started before");
    }
}
