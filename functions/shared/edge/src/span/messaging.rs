//! Spans of messaging: a batch, each of its records, each record that is sent.

use std::fmt;

use gateway_ports::PortError;
use gateway_ports::log::{Delivered, OutgoingRecord};
use gateway_ports::span::TARGET;
use gateway_wire::TraceContext;
use gateway_wire::trace::TRACEPARENT;
use tracing::Span;
use tracing::field::Empty;

use super::{first, invocation, is_listened_to, next};
use crate::kafka::{Outcome, RawRecord, payment_id_of};

/// The invocation with a batch of records, linked to whoever sent them.
pub(crate) fn batch(step: &'static str, records: &[RawRecord]) -> Span {
    if !is_listened_to() {
        return Span::none();
    }
    let producers = Traceparents(records.iter().filter_map(RawRecord::trace).collect());
    let topic = records.first().map(|record| record.origin.topic.as_str());
    let (own, parent) = first();
    tracing::info_span!(target: TARGET, "batch", otel.name = step, otel.kind = "consumer",
        trace_id = own.trace_id, span_id = own.span_id, parent_id = parent, sampled = own.is_sampled(),
        links = %producers,
        messaging.system = "kafka", messaging.operation.name = "process", messaging.operation.type = "process",
        messaging.destination.name = topic, messaging.consumer.group.name = step,
        messaging.batch.message_count = records.len() as u64,
        faas.trigger = "pubsub", faas.invocation_id = invocation::id(), faas.coldstart = invocation::is_cold(),
        error.type = Empty)
}

/// One record's handling, a child of the span that sent it; with its own position in the trace. Where
/// nobody listens that is the sender's, or `start`s where there is none.
pub(crate) fn process(
    step: &'static str,
    record: &RawRecord,
    sender: Option<TraceContext>,
    start: impl FnOnce() -> TraceContext,
) -> (Span, TraceContext) {
    let listened_to = is_listened_to() && sender.as_ref().is_none_or(TraceContext::is_sampled);
    if !listened_to {
        return (Span::none(), sender.unwrap_or_else(start));
    }
    let own = sender.as_ref().map_or_else(start, next);
    let origin = &record.origin;
    let span = tracing::info_span!(target: TARGET, "process",
        otel.name = format!("process {}", origin.topic), otel.kind = "consumer",
        trace_id = own.trace_id, span_id = own.span_id, parent_id = sender.map(|sender| sender.span_id),
        tracestate = own.state.as_deref(),
        messaging.system = "kafka", messaging.operation.name = "process", messaging.operation.type = "process",
        messaging.destination.name = origin.topic, messaging.destination.partition.id = %origin.partition,
        messaging.consumer.group.name = step, messaging.kafka.offset = origin.offset,
        messaging.kafka.message.key = record.key.as_deref().map(String::from_utf8_lossy).as_deref(),
        messaging.kafka.message.tombstone = record.value.is_none().then_some(true),
        messaging.message.conversation_id = payment_id_of(record.value.as_deref()),
        error.type = Empty, error.message = Empty);
    (span, own)
}

/// Ends a record's handling.
pub(crate) fn finish(span: &Span, outcome: &Outcome) {
    if span.is_disabled() {
        return;
    }
    let (kind, message) = match outcome {
        Outcome::Done => return,
        Outcome::Retry(reason) => ("retry", reason),
        Outcome::Refused(reason) => ("refused", reason),
        Outcome::Dead(cause) => (cause.code.as_str(), &cause.message),
    };
    span.record("error.type", kind).record("error.message", message.as_str());
}

/// A record on its way, at `own` in the trace and caused by `cause`. It lasts until [`sent`] tells.
pub(crate) fn send(record: &OutgoingRecord, own: &TraceContext, cause: Option<u64>) {
    if !own.is_sampled() || !is_listened_to() {
        return;
    }
    // Kept by its id when it is dropped here: a record is plain data and cannot hold it.
    drop(tracing::info_span!(target: TARGET, "send",
        otel.name = format!("send {}", record.topic), otel.kind = "producer",
        trace_id = own.trace_id, span_id = own.span_id, parent_id = cause, tracestate = own.state.as_deref(),
        messaging.system = "kafka", messaging.operation.name = "send", messaging.operation.type = "send",
        messaging.destination.name = record.topic, messaging.kafka.message.key = record.key.as_str(),
        messaging.message.conversation_id = payment_id_of(Some(&record.value))));
}

/// What became of a record on its way.
pub(crate) fn sent(span_id: u64, result: &Result<Delivered, PortError>) {
    match result {
        Ok(delivered) => tracing::info!(target: TARGET, span_id,
            messaging.destination.partition.id = %delivered.partition,
            messaging.kafka.offset = delivered.offset),
        Err(error) => tracing::info!(target: TARGET, span_id,
            error.type = "not_sent", error.message = error.message.as_str()),
    }
}

/// The id of the span that a record on its way has; `None` where nobody listens.
pub(crate) fn sending(record: &OutgoingRecord) -> Option<u64> {
    if !is_listened_to() {
        return None;
    }
    let (_, value) = record.headers.iter().find(|(name, _)| name == TRACEPARENT)?;
    TraceContext::parse(value).map(|context| context.span_id)
}

struct Traceparents(Vec<TraceContext>);

impl fmt::Display for Traceparents {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|context| write!(f, "{context} "))
    }
}
