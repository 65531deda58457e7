//! `Invoke`.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::header::CONNECTION;
use http::{HeaderValue, Request};
use http_body_util::{BodyExt as _, Limited};
use hyper::body::Incoming;

use super::answer::{bytes_answer, error};
use super::{InvokeApi, no_such_function};
use crate::invoke::{Invocation, Invoke, InvokeOutcome};
use crate::serve::Answer;

/// AWS's limit of a synchronous payload: 6 MB.
const PAYLOAD_BYTES_MAX: usize = 6_291_456;
/// The function's last lines reach the log a moment after its answer reaches us.
const TAIL_SETTLE: Duration = Duration::from_millis(20);

impl<I: Invoke> InvokeApi<I> {
    /// Calls a function as the request says: `RequestResponse`, `Event` or `DryRun`.
    pub(super) async fn invoke(&self, name: &str, request: Request<Incoming>) -> Answer {
        let Some(function) = self.find(name) else { return no_such_function(name) };
        let header = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok());
        let kind = header("x-amz-invocation-type").unwrap_or("RequestResponse").to_owned();
        let wants_tail = header("x-amz-log-type") == Some("Tail");
        let payload = match read(request).await {
            Ok(payload) => payload,
            Err(answer) => return answer,
        };
        let invocation = Invocation { function: function.name.as_str().into(), payload };
        match kind.as_str() {
            "RequestResponse" => {
                let outcome = self.invoker.invoke(invocation).await;
                let answer = answer(outcome);
                if wants_tail { self.with_tail(&function.name, answer).await } else { answer }
            }
            "Event" => self.event(invocation),
            "DryRun" => bytes_answer(204, Bytes::new()),
            other => error(400, "InvalidParameterValueException", &format!("{other} is no invocation type")),
        }
    }

    /// Answers at once and calls the function behind it, once: AWS would repeat a failed call
    /// after one and after two minutes.
    fn event(&self, invocation: Invocation) -> Answer {
        let Ok(place) = Arc::clone(&self.events).try_acquire_owned() else {
            return throttled();
        };
        let invoker = Arc::clone(&self.invoker);
        tokio::spawn(async move {
            let function = Arc::clone(&invocation.function);
            let outcome = invoker.invoke(invocation).await;
            if !matches!(outcome, InvokeOutcome::Success(_)) {
                tracing::warn!(%function, ?outcome, "an asynchronous call failed");
            }
            drop(place);
        });
        bytes_answer(202, Bytes::new())
    }

    async fn with_tail(&self, function: &str, mut answer: Answer) -> Answer {
        tokio::time::sleep(TAIL_SETTLE).await;
        let tail = STANDARD.encode(self.logs.function(function).tail());
        if let Ok(value) = HeaderValue::from_str(&tail) {
            answer.headers_mut().insert("x-amz-log-result", value);
        }
        answer
    }
}

/// The payload: JSON of at most 6 MB; nothing at all is `{}`.
async fn read(request: Request<Incoming>) -> Result<Bytes, Answer> {
    let body = Limited::new(request.into_body(), PAYLOAD_BYTES_MAX).collect().await.map_err(|_| {
        let message = format!("the payload is cut off or larger than {PAYLOAD_BYTES_MAX} bytes");
        let mut answer = error(413, "RequestTooLargeException", &message);
        // The rest of the body is still on its way: the connection cannot be used again.
        answer.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
        answer
    })?;
    let payload = body.to_bytes();
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
