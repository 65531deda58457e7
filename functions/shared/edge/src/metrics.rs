//! What an operator's alarms look at, in CloudWatch's embedded metric format: a JSON line on standard
//! output, which CloudWatch Logs turns into a metric. No dimension ever names a payment or a person.
//!
//! Metrics go the way of logs, so that whoever runs a step without [`crate::telemetry`] (a test, a
//! simulation) hears nothing of them.

use std::io::Write as _;
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};
use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;

/// The namespace of every metric.
pub const NAMESPACE: &str = "PaymentGateway";
/// Marks the events that are metrics.
pub(crate) const TARGET: &str = "gateway_metric";

/// What a metric counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Things.
    Count,
    /// Time.
    Seconds,
}

impl Unit {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Count => "Count",
            Self::Seconds => "Seconds",
        }
    }
}

/// Payments that nobody can say the end of; gauge.
pub const PAYMENTS_IN_REVIEW: &str = "PaymentsInReview";
/// For how long the oldest of them has been so; gauge.
pub const OLDEST_REVIEW_AGE: &str = "OldestReviewAge";
/// Dead letters that need a person; gauge.
pub const DEAD_LETTERS_OPEN: &str = "DeadLettersOpen";
/// Attempts after which a charge may exist that we have not heard of.
pub const OUTCOMES_UNKNOWN: &str = "OutcomesUnknown";
/// Payments that came to be under review.
pub const REVIEWS_BEGUN: &str = "ReviewsBegun";
/// Charges that must not be and that the PSP refuses to cancel.
pub const VOIDS_REFUSED: &str = "VoidsRefused";

/// Tells a metric of `service`, the function's name.
pub fn put(service: &'static str, name: &'static str, unit: Unit, value: u64) {
    tracing::info!(target: TARGET, service, name, unit = unit.as_str(), value);
}

/// Writes metrics to standard output.
pub(crate) struct EmbeddedMetrics;

impl<S: Subscriber> Layer<S> for EmbeddedMetrics {
    fn on_event(&self, event: &Event<'_>, _context: Context<'_, S>) {
        let mut metric = Metric::default();
        event.record(&mut metric);
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();
        let line = metric.line(u64::try_from(now).unwrap_or(u64::MAX));
        // A lost metric is no reason to fail.
        drop(writeln!(std::io::stdout().lock(), "{line}"));
    }
}

#[derive(Default)]
struct Metric {
    service: String,
    name: String,
    unit: String,
    value: u64,
}

impl Metric {
    fn line(&self, at_ms: u64) -> Value {
        json!({
            "_aws": {
                "Timestamp": at_ms,
                "CloudWatchMetrics": [{
                    "Namespace": NAMESPACE,
                    "Dimensions": [["service"]],
                    "Metrics": [{ "Name": self.name, "Unit": self.unit }],
                }],
            },
            "service": self.service,
            self.name.as_str(): self.value,
        })
    }
}

impl Visit for Metric {
    fn record_u64(&mut self, field: &Field, value: u64) {
        if field.name() == "value" {
            self.value = value;
        }
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        match field.name() {
            "service" => value.clone_into(&mut self.service),
            "name" => value.clone_into(&mut self.name),
            "unit" => value.clone_into(&mut self.unit),
            _ => {}
        }
    }

    fn record_debug(&mut self, _field: &Field, _value: &dyn std::fmt::Debug) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_has_the_embedded_metric_format() {
        let metric = Metric {
            service: "handle-dlq".to_owned(),
            name: REVIEWS_BEGUN.to_owned(),
            unit: Unit::Count.as_str().to_owned(),
            value: 2,
        };
        assert_eq!(
            metric.line(1_795_426_200_000),
            json!({
                "_aws": {
                    "Timestamp": 1_795_426_200_000_u64,
                    "CloudWatchMetrics": [{
                        "Namespace": "PaymentGateway",
                        "Dimensions": [["service"]],
                        "Metrics": [{ "Name": "ReviewsBegun", "Unit": "Count" }],
                    }],
                },
                "service": "handle-dlq",
                "ReviewsBegun": 2,
            })
        );
    }
}
