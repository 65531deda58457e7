//! The loop of an HTTP function.

use std::future::Future;

use aws_lambda_events::apigw::{ApiGatewayV2httpRequest, ApiGatewayV2httpResponse};
use lambda_runtime::{Error, LambdaEvent, service_fn};

use super::{Authorization, HttpRequest, HttpResponse, Problem};

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
    let result = match HttpRequest::from_event(event, authorization) {
        Ok(request) => handler.handle(request).await,
        Err(problem) => Err(problem),
    };
    result.unwrap_or_else(|problem| problem.to_response())
}

/// Serves requests until Lambda ends the environment.
///
/// # Errors
/// When the Runtime API can no longer be reached.
pub async fn serve<H: HttpHandler>(handler: H, authorization: Authorization) -> Result<(), Error> {
    let handler = &handler;
    lambda_runtime::run(service_fn(move |event: LambdaEvent<ApiGatewayV2httpRequest>| async move {
        // Boxed, since runtime, handler and driver together nest deeper than the compiler follows.
        let response = Box::pin(answer(handler, event.payload, authorization)).await;
        Ok::<ApiGatewayV2httpResponse, Error>(response.into_event())
    }))
    .await
}
