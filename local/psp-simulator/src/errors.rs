//! PagBank's two shapes of an error body.
//!
//! A charge's fields are complained of as `{"error_messages":[{code,description,parameter_name}]}`;
//! everything else (the call as a whole) as one flat `{code,description,parameter_name}`.

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use serde::Serialize;

/// One complaint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Problem {
    pub(crate) code: &'static str,
    pub(crate) description: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) parameter_name: Option<String>,
}

impl Problem {
    /// A field that is missing.
    pub(crate) fn required(parameter: &str) -> Self {
        Self::of("40001", "required_parameter", Some(parameter))
    }

    /// A field that is there and wrong.
    pub(crate) fn invalid(parameter: &str) -> Self {
        Self::of("40002", "invalid_parameter", Some(parameter))
    }

    /// A body that cannot be read at all; PagBank names no parameter then.
    pub(crate) fn unreadable() -> Self {
        Self::of("40002", "invalid_parameter", None)
    }

    pub(crate) fn of(code: &'static str, description: &'static str, parameter: Option<&str>) -> Self {
        Self { code, description, parameter_name: parameter.map(str::to_owned) }
    }
}

/// An answer that is no charge.
#[derive(Debug)]
pub(crate) enum ApiError {
    /// 400 in the list shape.
    Invalid(Vec<Problem>),
    /// 401 in the list shape.
    Unauthorized,
    /// 404, flat.
    NotFound,
    /// 406, flat: PagBank's search by reference refuses `Accept: application/json`.
    NotAcceptable,
    /// 409, flat: the key was used with another body.
    KeyReused,
    /// 429, flat, with `Retry-After` in seconds.
    Throttled(u32),
    /// 500, flat.
    Internal,
    /// 503, flat, with `Retry-After` in seconds.
    Unavailable(u32),
    /// 503, flat: the simulator remembers no more.
    Full,
}

#[derive(Serialize)]
struct ProblemList {
    error_messages: Vec<Problem>,
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        match self {
            Self::Invalid(problems) => list(StatusCode::BAD_REQUEST, problems),
            Self::Unauthorized => list(StatusCode::UNAUTHORIZED, vec![unauthorized()]),
            Self::NotFound => flat(StatusCode::NOT_FOUND, "40400", "resource_not_found"),
            Self::NotAcceptable => flat(StatusCode::NOT_ACCEPTABLE, "40600", "not_acceptable"),
            Self::KeyReused => {
                flat(StatusCode::CONFLICT, "40900", "idempotency_key_used_with_another_request")
            }
            Self::Throttled(retry_after_s) => {
                retry_after(flat(StatusCode::TOO_MANY_REQUESTS, "42900", "too_many_requests"), retry_after_s)
            }
            Self::Internal => flat(StatusCode::INTERNAL_SERVER_ERROR, "50000", "internal_server_error"),
            Self::Unavailable(retry_after_s) => {
                retry_after(flat(StatusCode::SERVICE_UNAVAILABLE, "50300", "unavailable"), retry_after_s)
            }
            Self::Full => flat(StatusCode::SERVICE_UNAVAILABLE, "50301", "simulator_full"),
        }
    }
}

fn unauthorized() -> Problem {
    Problem::of("UNAUTHORIZED", "Invalid credential. Review AUTHORIZATION header", None)
}

fn list(status: StatusCode, error_messages: Vec<Problem>) -> Response {
    (status, Json(ProblemList { error_messages })).into_response()
}

fn flat(status: StatusCode, code: &'static str, description: &'static str) -> Response {
    (status, Json(Problem::of(code, description, None))).into_response()
}

fn retry_after(mut response: Response, seconds: u32) -> Response {
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    response
}
