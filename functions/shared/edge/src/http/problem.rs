//! Errors as RFC 9457 problem details, each with a stable `code`.

use gateway_domain::PaymentId;
use serde::Serialize;

use super::HttpResponse;

/// Why a request is refused or failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Problem {
    /// `urn:gateway:problem:` and the code.
    #[serde(rename = "type")]
    pub kind: String,
    /// The status' own words.
    pub title: &'static str,
    /// HTTP status.
    pub status: u16,
    /// Stable, for programs.
    pub code: &'static str,
    /// For people; never card data.
    pub detail: String,
    /// The fields at fault, where it is fields.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldError>,
    /// The payment meant, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payment_id: Option<String>,
    /// Seconds to wait, also sent as `Retry-After`.
    #[serde(skip)]
    pub retry_after_s: Option<u32>,
}

/// One field at fault.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FieldError {
    /// JSON pointer into the body, such as `/produto/quantity`.
    pub pointer: String,
    /// Stable, for programs.
    pub code: &'static str,
    /// For people; never the value itself.
    pub detail: String,
}

impl FieldError {
    /// A field at fault.
    #[must_use]
    pub fn new(pointer: impl Into<String>, code: &'static str, detail: impl Into<String>) -> Self {
        Self { pointer: pointer.into(), code, detail: detail.into() }
    }
}

impl Problem {
    /// A problem of any status.
    #[must_use]
    pub fn new(status: u16, code: &'static str, detail: impl Into<String>) -> Self {
        Self {
            kind: format!("urn:gateway:problem:{code}"),
            title: title(status),
            status,
            code,
            detail: detail.into(),
            errors: Vec::new(),
            payment_id: None,
            retry_after_s: None,
        }
    }

    /// 400: the request cannot be read.
    #[must_use]
    pub fn bad_request(code: &'static str, detail: impl Into<String>) -> Self {
        Self::new(400, code, detail)
    }

    /// 401: no usable token.
    #[must_use]
    pub fn unauthorized() -> Self {
        Self::new(401, "unauthorized", "a bearer token of this gateway's issuer is needed")
    }

    /// 403: not yours.
    #[must_use]
    pub fn forbidden(code: &'static str, detail: impl Into<String>) -> Self {
        Self::new(403, code, detail)
    }

    /// 404: no such thing.
    #[must_use]
    pub fn not_found(code: &'static str, detail: impl Into<String>) -> Self {
        Self::new(404, code, detail)
    }

    /// 409: not in this state.
    #[must_use]
    pub fn conflict(code: &'static str, detail: impl Into<String>) -> Self {
        Self::new(409, code, detail)
    }

    /// 422: readable, but not acceptable.
    #[must_use]
    pub fn unprocessable(code: &'static str, detail: impl Into<String>) -> Self {
        Self::new(422, code, detail)
    }

    /// 422 with the fields at fault.
    #[must_use]
    pub fn invalid(errors: Vec<FieldError>) -> Self {
        let mut problem =
            Self::unprocessable("invalid_request", "some fields are not acceptable; see errors");
        problem.errors = errors;
        problem
    }

    /// 503: a server behind this one is away; nothing was accepted, or it is safe to ask again.
    #[must_use]
    pub fn unavailable() -> Self {
        let detail = "a server behind the gateway does not answer; ask again";
        let mut problem = Self::new(503, "unavailable", detail);
        problem.retry_after_s = Some(1);
        problem
    }

    /// The same problem about a payment.
    #[must_use]
    pub fn about(mut self, payment_id: PaymentId) -> Self {
        self.payment_id = Some(payment_id.to_string());
        self
    }

    /// The same problem with a `Retry-After`.
    #[must_use]
    pub fn retry_after(mut self, seconds: u32) -> Self {
        self.retry_after_s = Some(seconds);
        self
    }

    /// As an answer.
    #[must_use]
    pub fn to_response(&self) -> HttpResponse {
        let response =
            HttpResponse::json(self.status, self).header("content-type", "application/problem+json");
        match self.retry_after_s {
            Some(seconds) => response.header("retry-after", seconds.to_string()),
            None => response,
        }
    }
}

impl From<gateway_ports::PortError> for Problem {
    /// What failed is logged, not told: the caller can only ask again.
    fn from(error: gateway_ports::PortError) -> Self {
        tracing::error!(%error, transient = error.is_transient(), "a port failed");
        Self::unavailable()
    }
}

const fn title(status: u16) -> &'static str {
    match status {
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        409 => "Conflict",
        412 => "Precondition Failed",
        413 => "Content Too Large",
        422 => "Unprocessable Content",
        428 => "Precondition Required",
        429 => "Too Many Requests",
        503 => "Service Unavailable",
        _ => "Internal Server Error",
    }
}
