//! The loop of an HTTP function.

use std::future::Future;
use std::sync::Arc;
use std::time::SystemTime;

use aws_lambda_events::apigw::{ApiGatewayV2httpRequest, ApiGatewayV2httpResponse};
use http::HeaderValue;
use lambda_runtime::{Context, Error, LambdaEvent, service_fn};
use tracing::Instrument as _;

use super::{Authorization, HttpRequest, HttpResponse, Problem};
use crate::config;
use crate::span;
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
pub(crate) fn continue_x_ray(event: &mut ApiGatewayV2httpRequest, context: &Context) {
    if event.headers.contains_key(TRACEPARENT) {
        return;
    }
    let x_ray = context.xray_trace_id.as_deref().and_then(trace::from_x_ray);
    if let Some(Ok(value)) = x_ray.map(|trace| HeaderValue::from_str(&trace.to_string())) {
        event.headers.insert(TRACEPARENT, value);
    }
}

/// Serves requests until Lambda ends the environment: one after the other, or as many at once as
/// `AWS_LAMBDA_MAX_CONCURRENCY` says on Lambda Managed Instances.
///
/// # Errors
/// When the Runtime API can no longer be reached.
pub async fn serve<H: HttpHandler + 'static>(handler: H, authorization: Authorization) -> Result<(), Error> {
    let handler = Arc::new(handler);
    let shared = is_shared();
    lambda_runtime::run_concurrent(service_fn(move |event: LambdaEvent<ApiGatewayV2httpRequest>| {
        let handler = Arc::clone(&handler);
        async move {
            let LambdaEvent { mut payload, context } = event;
            continue_x_ray(&mut payload, &context);
            let answering = async {
                let answering = answer(&*handler, payload, authorization);
                if shared { in_time(&context, answering).await } else { Ok(answering.await) }
            };
            // Boxed, since runtime, handler and driver together nest deeper than the compiler follows.
            let response = Box::pin(span::invocation(&context, answering)).await?;
            Ok::<ApiGatewayV2httpResponse, Error>(response.into_event())
        }
    }))
    .await
}

/// Whether the environment takes several calls at once, as the runtime client reads it.
fn is_shared() -> bool {
    let calls = config::optional("AWS_LAMBDA_MAX_CONCURRENCY").and_then(|calls| calls.parse::<u32>().ok());
    calls.is_some_and(|calls| calls > 1)
}

/// Where calls share an environment, Lambda fails one whose time is over and lets its work go on. Here it ends,
/// as it does where an environment has one call and ends with it: whoever takes over a claim once its lease is
/// over finds nobody at work on it. Only what has been handed to Kafka by then may arrive for some seconds more.
async fn in_time<T>(context: &Context, work: impl Future<Output = T>) -> Result<T, Error> {
    let left = context.deadline().duration_since(SystemTime::now()).unwrap_or_default();
    tokio::time::timeout(left, work).await.map_err(|_| {
        tracing::warn!(request_id = context.request_id, "the call's time is over");
        Error::from("the call's time is over")
    })
}

#[cfg(test)]
mod tests {
    use std::sync::Weak;
    use std::time::{Duration, UNIX_EPOCH};

    use super::*;

    fn until(deadline: SystemTime) -> Context {
        let mut context = Context::default();
        context.deadline = u64::try_from(deadline.duration_since(UNIX_EPOCH).unwrap().as_millis()).unwrap();
        context
    }

    #[tokio::test]
    async fn work_in_time_gives_its_answer() {
        let context = until(SystemTime::now() + Duration::from_secs(60));
        assert_eq!(in_time(&context, async { 7 }).await.unwrap(), 7);
    }

    #[tokio::test]
    async fn work_whose_time_is_over_has_ended_when_that_is_told() {
        let held = Arc::new(());
        let holder: Weak<()> = Arc::downgrade(&held);
        let work = async move {
            std::future::pending::<()>().await;
            drop(held);
        };
        let error = in_time(&until(SystemTime::now() + Duration::from_millis(20)), work).await.unwrap_err();
        assert_eq!(error.to_string(), "the call's time is over");
        assert!(holder.upgrade().is_none(), "the work still holds what it held");
    }
}
