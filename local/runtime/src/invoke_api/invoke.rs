//! `Invoke`.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::{HeaderValue, Request};
use hyper::body::Incoming;

use super::answer::{bytes_answer, error};
use super::{InvokeApi, body, no_such_function};
use crate::invoke::{Invocation, Invoke, InvokeOutcome};
use crate::serve::Answer;

impl<I: Invoke> InvokeApi<I> {
    /// Calls a function as the request says: `RequestResponse`, `Event` or `DryRun`.
    pub(super) async fn invoke(&self, name: &str, request: Request<Incoming>) -> Answer {
        let Some(function) = self.find(name) else { return no_such_function(name) };
        let header = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok());
        let kind = header("x-amz-invocation-type").unwrap_or("RequestResponse").to_owned();
        let wants_tail = header("x-amz-log-type") == Some("Tail");
        let bytes_max = if kind == "Event" { body::ASYNCHRONOUS_MAX_BYTES } else { body::MAX_BYTES };
        let payload = match body::read(request, bytes_max).await.and_then(json) {
            Ok(payload) => payload,
            Err(answer) => return answer,
        };
        let invocation = Invocation { function: function.name.as_str().into(), payload };
        match kind.as_str() {
            "RequestResponse" if wants_tail => {
                let (outcome, tail) = self.invoker.invoke_logged(invocation).await;
                with_tail(answer(outcome), tail)
            }
            "RequestResponse" => answer(self.invoker.invoke(invocation).await),
            "Event" => {
                let invoker = Arc::clone(&self.invoker);
                if self.events.take(invoker, function, invocation) {
                    bytes_answer(202, Bytes::new())
                } else {
                    throttled()
                }
            }
            "DryRun" => bytes_answer(204, Bytes::new()),
            other => error(400, "InvalidParameterValueException", &format!("{other} is no invocation type")),
        }
    }
}

/// A payload is JSON; nothing at all is `{}`.
fn json(payload: Bytes) -> Result<Bytes, Answer> {
    if payload.is_empty() {
        return Ok(Bytes::from_static(b"{}"));
    }
    match serde_json::from_slice::<serde::de::IgnoredAny>(&payload) {
        Ok(_) => Ok(payload),
        Err(reason) => {
            let message = format!("Could not parse request body into json: {reason}");
            Err(error(400, "InvalidRequestContentException", &message))
        }
    }
}

fn with_tail(mut answer: Answer, tail: Option<Vec<u8>>) -> Answer {
    let tail = tail.map(|tail| HeaderValue::from_str(&STANDARD.encode(tail)));
    if let Some(Ok(tail)) = tail {
        answer.headers_mut().insert("x-amz-log-result", tail);
    }
    answer
}

fn answer(outcome: InvokeOutcome) -> Answer {
    match outcome {
        InvokeOutcome::Success(payload) => executed(payload),
        InvokeOutcome::FunctionError { payload, .. } => {
            let mut answer = executed(payload);
            answer.headers_mut().insert("x-amz-function-error", HeaderValue::from_static("Unhandled"));
            answer
        }
        InvokeOutcome::Throttled => throttled(),
        InvokeOutcome::ServiceError(reason) => error(500, "ServiceException", &reason),
    }
}

fn executed(payload: Bytes) -> Answer {
    let mut answer = bytes_answer(200, payload);
    answer.headers_mut().insert("x-amz-executed-version", HeaderValue::from_static("$LATEST"));
    answer
}

fn throttled() -> Answer {
    error(429, "TooManyRequestsException", "Rate Exceeded.")
}
