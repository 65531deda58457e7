//! What an operator's alarms look at, in CloudWatch's embedded metric format: a JSON line on standard
//! output, which CloudWatch Logs turns into a metric. No dimension ever names a payment or a person.
//!
//! Metrics go the way of logs, so that whoever runs a step without [`crate::telemetry`] (a test, a
//! simulation) hears nothing of them.

use std::io::Write as _;
use std::time::{SystemTime, UNIX_EPOCH};

use gateway_domain::{PaymentId, PaymentStatus, Timestamp};
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
    /// Time.
    Milliseconds,
}

impl Unit {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Count => "Count",
            Self::Seconds => "Seconds",
            Self::Milliseconds => "Milliseconds",
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

/// For how long the oldest payment that should end by itself has been under way; gauge.
pub const OLDEST_PAYMENT_AGE: &str = "OldestPaymentAge";
/// Requests refused since an equal one was accepted a moment ago or is being worked on.
pub const DUPLICATES_REFUSED: &str = "DuplicatesRefused";
/// Requests answered as an earlier one with the same `Idempotency-Key` was.
pub const REQUESTS_REPLAYED: &str = "RequestsReplayed";
/// Units that are missing, or too many, against what was seeded and restocked; gauge.
pub const STOCK_DRIFT: &str = "StockDrift";
/// Payments that ended, by status and by reason.
pub const PAYMENTS_ENDED: &str = "PaymentsEnded";
/// From the 202 to the final status, by status.
pub const ACCEPT_TO_FINAL: &str = "AcceptToFinal";

/// Longest reason that is a dimension, in characters.
const REASON_LEN_MAX: usize = 32;

/// Tells that a payment has come to its final status, and why.
pub fn ended(
    service: &'static str,
    id: PaymentId,
    status: PaymentStatus,
    reason: Option<&str>,
    now: Timestamp,
) {
    let after_ms = u64::try_from(now.since(id.accepted_at())).unwrap_or(0);
    let reason = reason.map_or("none", dimension);
    tracing::info!(target: TARGET, service, status = status.as_str(), reason, value = after_ms);
}

/// A reason as a dimension: each value is a metric of its own, so what is no stable code of ours or the
/// PSP's counts as one.
fn dimension(reason: &str) -> &str {
    let is_word =
        reason.len() <= REASON_LEN_MAX && reason.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
    if (is_word && !reason.is_empty()) || gateway_domain::decline::is_known(reason) {
        reason
    } else {
        "other"
    }
}

/// Tells a metric of `service`, the function's name.
pub fn put(service: &'static str, name: &'static str, unit: Unit, value: u64) {
    tracing::info!(target: TARGET, service, name, unit = unit.as_str(), value);
}

/// Writes metrics to standard output.
pub(crate) struct EmbeddedMetrics {
    /// The function's name as deployed, which tells several gateways of one account apart.
    pub(crate) deployed_as: Option<String>,
}

impl<S: Subscriber> Layer<S> for EmbeddedMetrics {
    fn on_event(&self, event: &Event<'_>, _context: Context<'_, S>) {
        let mut metric = Metric::default();
        event.record(&mut metric);
        if let Some(name) = &self.deployed_as {
            metric.service.clone_from(name);
        }
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
    status: String,
    reason: String,
}

impl Metric {
    fn line(&self, at_ms: u64) -> Value {
        if self.status.is_empty() { self.of_service(at_ms) } else { self.of_ended(at_ms) }
    }

    fn of_service(&self, at_ms: u64) -> Value {
        json!({
            "_aws": envelope(at_ms, &[directive(&json!([["service"]]), &self.name, &self.unit)]),
            "service": self.service,
            self.name.as_str(): self.value,
        })
    }

    fn of_ended(&self, at_ms: u64) -> Value {
        let by_reason = json!([["service", "status"], ["service", "status", "reason"]]);
        let by_status = json!([["service"], ["service", "status"]]);
        let directives = [
            directive(&by_reason, PAYMENTS_ENDED, Unit::Count.as_str()),
            directive(&by_status, ACCEPT_TO_FINAL, Unit::Milliseconds.as_str()),
        ];
        json!({
            "_aws": envelope(at_ms, &directives),
            "service": self.service,
            "status": self.status,
            "reason": self.reason,
            PAYMENTS_ENDED: 1,
            ACCEPT_TO_FINAL: self.value,
        })
    }
}

fn envelope(at_ms: u64, directives: &[Value]) -> Value {
    json!({ "Timestamp": at_ms, "CloudWatchMetrics": directives })
}

fn directive(dimensions: &Value, name: &str, unit: &str) -> Value {
    json!({
        "Namespace": NAMESPACE,
        "Dimensions": dimensions,
        "Metrics": [{ "Name": name, "Unit": unit }],
    })
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
            "status" => value.clone_into(&mut self.status),
            "reason" => value.clone_into(&mut self.reason),
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
            ..Metric::default()
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

    #[test]
    fn a_payment_that_ended_is_counted_by_its_reason_and_timed_by_its_status() {
        let metric = Metric {
            service: "settle-payment".to_owned(),
            status: "DECLINED".to_owned(),
            reason: "20003".to_owned(),
            value: 42,
            ..Metric::default()
        };
        let line = metric.line(1);
        let sets = |number: usize| line["_aws"]["CloudWatchMetrics"][number]["Dimensions"].clone();
        assert_eq!(sets(0), json!([["service", "status"], ["service", "status", "reason"]]));
        assert_eq!(sets(1), json!([["service"], ["service", "status"]]));
        assert_eq!((&line["PaymentsEnded"], &line["AcceptToFinal"]), (&json!(1), &json!(42)));
        assert_eq!((&line["status"], &line["reason"]), (&json!("DECLINED"), &json!("20003")));
    }

    #[test]
    fn a_reason_that_is_no_stable_code_is_no_dimension_of_its_own() {
        for (reason, expected) in [
            ("20003", "20003"),
            ("attempts_exhausted", "attempts_exhausted"),
            ("99999", "other"),
            ("", "other"),
            ("4539620659922097", "other"),
            ("a_reason_that_is_longer_than_any_of_ours", "other"),
        ] {
            assert_eq!(dimension(reason), expected, "{reason}");
        }
    }
}
