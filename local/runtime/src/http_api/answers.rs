//! What API Gateway answers by itself, in the words of either generation of APIs.

use bytes::Bytes;
use http::header::{CONNECTION, CONTENT_TYPE, WWW_AUTHENTICATE};
use http::{HeaderValue, StatusCode};
use http_body_util::Full;

use super::Refusal;
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
        ApiKind::Http => failed(kind),
        ApiKind::Rest => message(StatusCode::INTERNAL_SERVER_ERROR, "Internal server error"),
    }
}

/// The function's concurrency is used up.
pub(super) fn throttled(kind: ApiKind) -> Answer {
    match kind {
        ApiKind::Http => message(StatusCode::SERVICE_UNAVAILABLE, "Service Unavailable"),
        ApiKind::Rest => not_reached(kind),
    }
}

/// The function has not answered in time.
pub(super) fn timed_out(kind: ApiKind) -> Answer {
    match kind {
        ApiKind::Http => message(StatusCode::SERVICE_UNAVAILABLE, "Service Unavailable"),
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

/// The rest of the body is still on its way: the connection cannot be used again.
pub(super) fn too_large() -> Answer {
    let mut answer = message(StatusCode::PAYLOAD_TOO_LARGE, "Request Entity Too Large");
    answer.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    answer
}

fn message(status: StatusCode, text: &str) -> Answer {
    let body = Bytes::from(format!(r#"{{"message":"{text}"}}"#));
    let mut answer = Answer::new(Full::new(body));
    *answer.status_mut() = status;
    answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    answer
}
