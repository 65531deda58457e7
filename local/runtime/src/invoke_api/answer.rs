//! Answers in the Lambda API's shapes.

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderValue};
use http::{HeaderName, Response, StatusCode};
use http_body_util::Full;
use serde_json::{Value, json};

use crate::ids;
use crate::serve::Answer;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-amzn-requestid");
const ERROR_TYPE: HeaderName = HeaderName::from_static("x-amzn-errortype");

/// An answer with a JSON body.
pub(super) fn json_answer(status: u16, body: &Value) -> Answer {
    bytes_answer(status, Bytes::from(body.to_string()))
}

/// An answer whose body is JSON already.
pub(super) fn bytes_answer(status: u16, body: Bytes) -> Answer {
    let mut answer = Response::new(Full::new(body));
    *answer.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = answer.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    if let Ok(id) = HeaderValue::from_str(&ids::uuid()) {
        headers.insert(REQUEST_ID, id);
    }
    answer
}

/// An answer in Prometheus' text format.
pub(super) fn text_answer(text: String) -> Answer {
    let mut answer = bytes_answer(200, Bytes::from(text));
    let kind = HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");
    answer.headers_mut().insert(CONTENT_TYPE, kind);
    answer
}

/// An error as SDKs read it: the code from the header, the message from the body.
pub(super) fn error(status: u16, code: &'static str, message: &str) -> Answer {
    let side = if status < 500 { "User" } else { "Service" };
    let mut answer = json_answer(status, &json!({"Type": side, "Message": message, "message": message}));
    answer.headers_mut().insert(ERROR_TYPE, HeaderValue::from_static(code));
    answer
}
