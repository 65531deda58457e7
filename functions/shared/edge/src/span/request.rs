//! The span of an HTTP request.

use gateway_ports::span::TARGET;
use gateway_wire::TraceContext;
use tracing::Span;
use tracing::field::Empty;

use super::{first, invocation, is_listened_to, next};
use crate::http::{HttpRequest, HttpResponse};

/// A request's handling, a child of its caller's span where they sent one; what follows continues it.
pub(crate) fn server(request: &mut HttpRequest) -> Span {
    let sampled = request.trace.as_ref().is_none_or(TraceContext::is_sampled);
    if !sampled || !is_listened_to() {
        return Span::none();
    }
    let (own, parent) = match &request.trace {
        Some(caller) => (next(caller), Some(caller.span_id)),
        None => first(),
    };
    let (method, route) = request.route.split_once(' ').unwrap_or(("", request.route.as_str()));
    let span = tracing::info_span!(target: TARGET, "request",
        otel.name = request.route, otel.kind = "server",
        trace_id = own.trace_id, span_id = own.span_id, parent_id = parent, tracestate = own.state.as_deref(),
        sampled = own.is_sampled(),
        http.request.method = method, http.route = route, url.scheme = "https",
        http.response.status_code = Empty,
        faas.trigger = "http", faas.invocation_id = invocation::id(), faas.coldstart = invocation::is_cold(),
        error.type = Empty);
    request.trace = Some(own);
    span
}

/// Ends it with its answer. What the caller did wrong is no error of the server's.
pub(crate) fn answered(span: &Span, response: &HttpResponse) {
    span.record("http.response.status_code", i64::from(response.status));
    if response.status >= 500 {
        span.record("error.type", response.status.to_string());
    }
}
