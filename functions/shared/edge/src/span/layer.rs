//! The listener: keeps spans while they are under way, and hands them over when they end.

use std::sync::Arc;

use gateway_ports::span::TARGET;
use rand::Rng as _;
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;
use tracing_subscriber::registry::LookupSpan;

use super::export::Exporter;
use super::field::Fields;
use super::span_data::SpanData;
use crate::telemetry;

/// Listens to spans and hands those that have ended to an exporter.
pub fn listener<S: Subscriber + for<'a> LookupSpan<'a>>(exporter: Arc<Exporter>) -> impl Layer<S> {
    Spans(exporter).with_filter(telemetry::only(TARGET))
}

struct Spans(Arc<Exporter>);

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Spans {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let Some(span) = context.span(id) else { return };
        let mut data = SpanData::begin(attributes.metadata().name());
        attributes.record(&mut Fields(&mut data));
        if let Some(around) = span.parent()
            && let Some(around) = around.extensions().get::<SpanData>()
        {
            place(&mut data, around);
        }
        // Without a place of its own or around it, it belongs to no invocation: nobody could find it.
        if data.context.trace_id != 0 && data.context.is_sampled() {
            span.extensions_mut().insert(data);
        }
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        let Some(span) = context.span(id) else { return };
        if let Some(data) = span.extensions_mut().get_mut::<SpanData>() {
            values.record(&mut Fields(data));
        }
    }

    /// The events of this target tell what became of records on their way.
    fn on_event(&self, event: &Event<'_>, _context: Context<'_, S>) {
        let mut news = SpanData::begin("");
        event.record(&mut Fields(&mut news));
        self.0.arrived(news);
    }

    fn on_close(&self, id: Id, context: Context<'_, S>) {
        let Some(span) = context.span(&id) else { return };
        if let Some(data) = span.extensions_mut().remove::<SpanData>() {
            self.0.ended(data);
        }
    }
}

/// A span without a place of its own is a child of the one around it; one from another trace is linked.
fn place(data: &mut SpanData, around: &SpanData) {
    if data.context.trace_id == 0 {
        data.context = around.context.at(rand::rng().random());
        data.parent_id = Some(around.context.span_id);
    } else if data.context.trace_id != around.context.trace_id {
        data.links.push(around.context.clone());
    }
}
