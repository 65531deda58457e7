//! What API Gateway answers by itself, in the words of either generation of APIs.

use bytes::Bytes;
use http::header::{CONNECTION, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderValue, StatusCode};
use http_body_util::Full;

use super::Refusal;
use super::limits::RETRY_AFTER_S;
use crate::serve::Answer;
use crate::template::ApiKind;

/// No route takes the request.
pub(super) fn not_found(kind: ApiKind) -> Answer {
    match kind {
        ApiKind::Http => message(StatusCode::NOT_FOUND, "Not Found"),
        ApiKind::Rest => message(StatusCode::FORBIDDEN, "Missing Authentication Token"),
    }
}

/// The function failed, or its answer is no HTTP response.
pub(super) fn failed(kind: ApiKind) -> Answer {
    match kind {
        ApiKind::Http => message(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error"),
        ApiKind::Rest => message(StatusCode::BAD_GATEWAY, "Internal server error"),
    }
}

/// The function was not reached.
pub(super) fn not_reached(kind: ApiKind) -> Answer {
    match kind {
        ApiKind::Http => unavailable(),
        ApiKind::Rest => message(StatusCode::INTERNAL_SERVER_ERROR, "Internal server error"),
    }
}

/// The function's concurrency is used up.
pub(super) fn throttled(kind: ApiKind) -> Answer {
    match kind {
        ApiKind::Http => unavailable(),
        ApiKind::Rest => not_reached(kind),
    }
}

/// The function has not answered in time.
pub(super) fn timed_out(kind: ApiKind) -> Answer {
    match kind {
        ApiKind::Http => unavailable(),
        ApiKind::Rest => message(StatusCode::GATEWAY_TIMEOUT, "Endpoint request timed out"),
    }
}

/// The authorizer lets nobody through.
pub(super) fn refused(refusal: Refusal) -> Answer {
    let (mut answer, challenge) = match refusal {
        Refusal::Unauthorized(challenge) => (message(StatusCode::UNAUTHORIZED, "Unauthorized"), challenge),
        Refusal::Forbidden(challenge) => (message(StatusCode::FORBIDDEN, "Forbidden"), challenge),
    };
    // A scope of the template may hold what no header may.
    if let Ok(challenge) = HeaderValue::from_str(&challenge) {
        answer.headers_mut().insert(WWW_AUTHENTICATE, challenge);
    }
    answer
}

/// The body, or the event made of it, is longer than is taken.
pub(super) fn too_large() -> Answer {
    closing(StatusCode::PAYLOAD_TOO_LARGE, "Request Entity Too Large")
}

/// Request line and headers are longer than is taken.
pub(super) fn head_too_large() -> Answer {
    closing(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE, "Request Header Fields Too Large")
}

/// The body did not come in time.
pub(super) fn too_slow() -> Answer {
    closing(StatusCode::REQUEST_TIMEOUT, "Request Timeout")
}

/// The rest of the body may still be on its way: the connection cannot be used again.
fn closing(status: StatusCode, text: &str) -> Answer {
    let mut answer = message(status, text);
    answer.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    answer
}

/// Nobody had room for the call, or nobody answered in time.
fn unavailable() -> Answer {
    let mut answer = message(StatusCode::SERVICE_UNAVAILABLE, "Service Unavailable");
    answer.headers_mut().insert(RETRY_AFTER, HeaderValue::from(RETRY_AFTER_S));
    answer
}

fn message(status: StatusCode, text: &str) -> Answer {
    let body = Bytes::from(format!(r#"{{"message":"{text}"}}"#));
    let mut answer = Answer::new(Full::new(body));
    *answer.status_mut() = status;
    answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    answer
}
