//! Logs as JSON lines on standard output, where Lambda collects them; metrics beside them. Spans go to a
//! collector, where there is one.

use tracing::Metadata;
use tracing_subscriber::filter::{FilterExt as _, FilterFn, LevelFilter, filter_fn};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, Layer as _};

use gateway_ports::span;

use crate::config::optional;
use crate::metrics::{self, EmbeddedMetrics};
use crate::span::{export, listener};

/// Starts logging; `RUST_LOG` chooses what (default: `info`, the runtime's own layers at `warn`).
/// Metrics are written whatever it says, and spans are told to the collector that
/// `OTEL_EXPORTER_OTLP_ENDPOINT` names.
pub fn init() {
    let chosen = EnvFilter::try_from_default_env()
        .unwrap_or_else(|_| EnvFilter::new("info,lambda_runtime=warn,rdkafka=warn,sqlx=warn"));
    let logs = tracing_subscriber::fmt::layer()
        .json()
        .flatten_event(true)
        .with_current_span(true)
        .with_span_list(false)
        .with_filter(chosen.and(everything_else()));
    let metrics = EmbeddedMetrics { deployed_as: optional("AWS_LAMBDA_FUNCTION_NAME") };
    let metrics = metrics.with_filter(only(metrics::TARGET));
    let exporter = export::from_env();
    let spans = exporter.as_ref().ok().cloned().flatten().map(listener);
    if tracing_subscriber::registry().with(logs).with(metrics).with(spans).try_init().is_err() {
        tracing::debug!("logging had been started before");
    }
    if let Err(error) = exporter {
        tracing::warn!(error, "no spans are exported: OTEL_EXPORTER_OTLP_ENDPOINT is of no use");
    }
}

/// What goes to a place of its own, by its target. A filter that names no level keeps every `trace!` of every
/// library alive, to be refused each time it is passed.
pub(crate) fn only(target: &'static str) -> FilterFn<impl Fn(&Metadata<'_>) -> bool> {
    filter_fn(move |metadata| metadata.target() == target).with_max_level_hint(LevelFilter::INFO)
}

/// What has no place of its own; the filter beside it says of which level.
fn everything_else() -> FilterFn<impl Fn(&Metadata<'_>) -> bool> {
    filter_fn(|event| event.target() != metrics::TARGET && event.target() != span::TARGET)
        .with_max_level_hint(LevelFilter::TRACE)
}
