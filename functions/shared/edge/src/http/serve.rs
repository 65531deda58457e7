//! The loop of an HTTP function.

use std::future::Future;

use aws_lambda_events::apigw::{ApiGatewayV2httpRequest, ApiGatewayV2httpResponse};
use http::HeaderValue;
use lambda_runtime::{Context, Error, LambdaEvent, service_fn};
use tracing::Instrument as _;

use super::{Authorization, HttpRequest, HttpResponse, Problem};
use crate::span::{self, export};
use crate::trace::{self, TRACEPARENT};

/// Answers requests of one or more routes.
pub trait HttpHandler: Send + Sync {
    /// Answers one; a problem is an answer too.
    fn handle(&self, request: HttpRequest) -> impl Future<Output = Result<HttpResponse, Problem>> + Send;
}

/// Answers one event.
pub async fn answer<H: HttpHandler>(
    handler: &H,
    event: ApiGatewayV2httpRequest,
    authorization: Authorization,
) -> HttpResponse {
    let mut request = match HttpRequest::from_event(event, authorization) {
        Ok(request) => request,
        Err(problem) => return problem.to_response(),
    };
    let span = span::server(&mut request);
    let result = handler.handle(request).instrument(span.clone()).await;
    let response = result.unwrap_or_else(|problem| problem.to_response());
    span::answered(&span, &response);
    response
}

/// A request that comes without a trace goes on with X-Ray's, where Lambda gives one.
pub(crate) fn begin(event: &mut ApiGatewayV2httpRequest, context: &Context) {
    span::begin_invocation(context);
    if event.headers.contains_key(TRACEPARENT) {
        return;
    }
    let x_ray = context.xray_trace_id.as_deref().and_then(trace::from_x_ray);
    if let Some(Ok(value)) = x_ray.map(|trace| HeaderValue::from_str(&trace.to_string())) {
        event.headers.insert(TRACEPARENT, value);
    }
}

/// Serves requests until Lambda ends the environment.
///
/// # Errors
/// When the Runtime API can no longer be reached.
pub async fn serve<H: HttpHandler>(handler: H, authorization: Authorization) -> Result<(), Error> {
    let handler = &handler;
    lambda_runtime::run(service_fn(move |event: LambdaEvent<ApiGatewayV2httpRequest>| async move {
        let LambdaEvent { mut payload, context } = event;
        begin(&mut payload, &context);
        // Boxed, since runtime, handler and driver together nest deeper than the compiler follows.
        let response = Box::pin(answer(handler, payload, authorization)).await;
        export::flush().await;
        Ok::<ApiGatewayV2httpResponse, Error>(response.into_event())
    }))
    .await
}
