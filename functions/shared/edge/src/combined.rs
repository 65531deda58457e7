//! A function behind both the HTTP API and a schedule.

use aws_lambda_events::apigw::{ApiGatewayV2httpRequest, ApiGatewayV2httpResponse};
use lambda_runtime::{Context, Diagnostic, Error, LambdaEvent, service_fn};
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::http::{self, Authorization, HttpHandler, answer};
use crate::schedule::{self, ScheduledJob};
use crate::span;

#[derive(Serialize)]
#[serde(untagged)]
enum Answer<R> {
    Http(Box<ApiGatewayV2httpResponse>),
    Report(R),
}

/// Serves requests and runs until Lambda ends the environment.
///
/// # Errors
/// When the Runtime API can no longer be reached.
pub async fn serve<T: HttpHandler + ScheduledJob>(
    function: T,
    authorization: Authorization,
) -> Result<(), Error> {
    let function = &function;
    lambda_runtime::run(service_fn(move |event: LambdaEvent<Box<RawValue>>| async move {
        // Boxed, since runtime, function and driver together nest deeper than the compiler follows.
        Box::pin(handle(function, event.payload.get(), &event.context, authorization)).await
    }))
    .await
}

async fn handle<T: HttpHandler + ScheduledJob>(
    function: &T,
    event: &str,
    context: &Context,
    authorization: Authorization,
) -> Result<Answer<T::Report>, Diagnostic> {
    if is_request(event) {
        let mut request: ApiGatewayV2httpRequest = serde_json::from_str(event)
            .map_err(|error| diagnostic("UnreadableRequest", error.to_string()))?;
        http::continue_x_ray(&mut request, context);
        let response = span::invocation(context, answer(function, request, authorization)).await;
        return Ok(Answer::Http(Box::new(response.into_event())));
    }
    span::invocation(context, schedule::run(function)).await.map(Answer::Report)
}

/// Only the HTTP API's events have a route.
fn is_request(event: &str) -> bool {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Probe {
        route_key: Option<IgnoredAny>,
    }
    serde_json::from_str::<Probe>(event).is_ok_and(|probe| probe.route_key.is_some())
}

fn diagnostic(error_type: &str, error_message: String) -> Diagnostic {
    Diagnostic { error_type: error_type.to_owned(), error_message }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_told_from_a_schedules_event() {
        for (event, request) in [
            (include_str!("../../../../events/payments.json"), true),
            (include_str!("../../../../events/dispatch-retries.json"), false),
            ("{}", false),
            ("null", false),
        ] {
            assert_eq!(is_request(event), request, "{event}");
        }
    }
}
