//! Spans: where the time of a payment goes, as OpenTelemetry's conventions have it.
//!
//! A span is a `tracing` span of one target, which only an exporter listens to: without one ([`export`])
//! each costs a look at a flag. Its ids are given by the fields below where it continues a trace that came
//! from outside; other spans inherit. One trace so runs from the request through the records to the last
//! step: a record is handled in a child of the span that sent it. The batch it came in has a trace of its own,
//! the invocation's, and the two are linked.
//!
//! | field | meaning |
//! |---|---|
//! | `otel.name`, `otel.kind` | what OpenTelemetry calls it, in place of the span's own name |
//! | `trace_id`, `span_id`, `parent_id`, `tracestate` | its place in a trace from outside |
//! | `links` | traceparents, separated by blanks, of what it has to do with besides |
//! | `error.type` | it failed, and how |
//! | any other | an attribute |

pub mod export;
mod field;
mod invocation;
mod layer;
mod messaging;
mod otlp;
mod request;
mod span_data;

use gateway_domain::PaymentId;
use gateway_ports::span::TARGET;
use gateway_wire::TraceContext;
use rand::Rng as _;
use tracing::field::Empty;
use tracing::{Level, Span};

pub(crate) use invocation::run as invocation;
pub use layer::listener;
pub(crate) use messaging::{batch, finish, process, send, sending, sent};
pub(crate) use request::{answered, server};

/// Whether anybody listens to spans.
#[must_use]
pub fn is_listened_to() -> bool {
    tracing::span_enabled!(target: TARGET, Level::INFO)
}

/// A position in a trace that nobody else has. Not the clock's chance: whether somebody listens must not
/// change what a seeded run draws.
fn next(of: &TraceContext) -> TraceContext {
    of.at(rand::rng().random())
}

/// The first position of a trace of the invocation's own, or X-Ray's where Lambda gives one.
fn first() -> (TraceContext, Option<u64>) {
    match invocation::x_ray() {
        Some(parent) => (next(&parent), Some(parent.span_id)),
        None => (TraceContext::root(rand::rng().random(), rand::rng().random()), None),
    }
}

/// The run of a schedule's job.
pub(crate) fn job(name: &'static str) -> Span {
    if !is_listened_to() {
        return Span::none();
    }
    let (own, parent) = first();
    tracing::info_span!(target: TARGET, "job", otel.name = name, otel.kind = "internal",
        trace_id = own.trace_id, span_id = own.span_id, parent_id = parent, sampled = own.is_sampled(),
        faas.trigger = "timer", faas.invocation_id = invocation::id(), faas.coldstart = invocation::is_cold(),
        error.type = Empty)
}

/// What a step does for one payment outside of its records: it continues the payment's trace where that is
/// known.
#[must_use]
pub fn about(name: &'static str, payment_id: PaymentId, trace: Option<&TraceContext>) -> Span {
    let Some(parent) = trace.filter(|trace| trace.is_sampled() && is_listened_to()) else {
        return Span::none();
    };
    let own = next(parent);
    tracing::info_span!(target: TARGET, "about", otel.name = name, otel.kind = "internal",
        trace_id = own.trace_id, span_id = own.span_id, parent_id = parent.span_id,
        tracestate = own.state.as_deref(), messaging.message.conversation_id = %payment_id)
}
