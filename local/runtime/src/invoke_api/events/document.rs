//! What a destination gets of an asynchronous call.

use bytes::Bytes;
use serde_json::{Value, json};

use crate::ids;
use crate::invoke::InvokeOutcome;
use crate::template::Function;

/// An asynchronous call that has ended.
pub(super) struct Ended<'c> {
    pub function: &'c Function,
    pub payload: &'c Bytes,
    pub outcome: &'c InvokeOutcome,
    /// `Success`, `RetriesExhausted` or `EventAgeExceeded`.
    pub condition: &'static str,
    /// Calls that reached the function.
    pub invocations: u32,
}

impl Ended<'_> {
    /// The document of AWS's page on destinations of asynchronous invocation. Where the function was never
    /// reached there is no response.
    pub(super) fn document(&self) -> Value {
        let (context, payload) = match self.outcome {
            InvokeOutcome::Success(answer) => (response_context(false), json(answer)),
            InvokeOutcome::FunctionError { payload, .. } => (response_context(true), json(payload)),
            InvokeOutcome::Throttled | InvokeOutcome::ServiceError(_) => (Value::Null, Value::Null),
        };
        json!({
            "version": "1.0",
            "timestamp": jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string(),
            "requestContext": {
                "requestId": ids::uuid(),
                "functionArn": format!("{}:$LATEST", self.function.arn),
                "condition": self.condition,
                "approximateInvokeCount": self.invocations,
            },
            "requestPayload": json(self.payload),
            "responseContext": context,
            "responsePayload": payload,
        })
    }
}

fn response_context(failed: bool) -> Value {
    let mut context = json!({"statusCode": 200, "executedVersion": "$LATEST"});
    if failed {
        context["functionError"] = json!("Unhandled");
    }
    context
}

fn json(text: &[u8]) -> Value {
    serde_json::from_slice(text).unwrap_or_else(|_| Value::from(String::from_utf8_lossy(text)))
}
