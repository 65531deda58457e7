//! What a request is answered with.

use aws_lambda_events::apigw::ApiGatewayV2httpResponse;
use http::{HeaderMap, HeaderName, HeaderValue};
use serde::Serialize;

/// One answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpResponse {
    /// HTTP status.
    pub status: u16,
    /// Headers; answers about payments are never cached.
    pub headers: HeaderMap,
    /// The body's text.
    pub body: String,
}

impl HttpResponse {
    /// A JSON answer.
    #[must_use]
    pub fn json(status: u16, body: &impl Serialize) -> Self {
        // Bodies are plain data and always serialise.
        let body = serde_json::to_string(body).unwrap_or_default();
        Self { status, headers: HeaderMap::new(), body }
            .header("content-type", "application/json")
            .header("cache-control", "no-store")
    }

    /// An answer without a body.
    #[must_use]
    pub fn empty(status: u16) -> Self {
        Self { status, headers: HeaderMap::new(), body: String::new() }
    }

    /// The same answer with a header set; a value that cannot stand in a header is left out.
    #[must_use]
    pub fn header(mut self, name: &'static str, value: impl AsRef<str>) -> Self {
        if let Ok(value) = HeaderValue::from_str(value.as_ref()) {
            self.headers.insert(HeaderName::from_static(name), value);
        }
        self
    }

    /// As API Gateway takes it.
    #[must_use]
    pub fn into_event(self) -> ApiGatewayV2httpResponse {
        let mut event = ApiGatewayV2httpResponse::default();
        event.status_code = i64::from(self.status);
        event.headers = self.headers;
        event.body = (!self.body.is_empty()).then(|| self.body.into());
        event
    }
}
