//! What a request says, out of API Gateway's event.

use std::collections::HashMap;
use std::str::FromStr;

use aws_lambda_events::apigw::ApiGatewayV2httpRequest;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::HeaderMap;
use serde::Deserialize;

use super::{Authorization, Caller, Problem};
use crate::TraceContext;

/// One request. Has no `Debug`: its body may hold a card.
pub struct HttpRequest {
    /// `METHOD /route/{parameter}` as in the template.
    pub route: String,
    /// Who calls.
    pub caller: Caller,
    /// The caller's position in a trace, where they sent one.
    pub trace: Option<TraceContext>,
    /// API Gateway's request id.
    pub request_id: String,
    /// Header names in lower case.
    pub headers: HeaderMap,
    /// The body's bytes.
    pub body: Vec<u8>,
    path: HashMap<String, String>,
    query: Vec<(String, String)>,
}

impl HttpRequest {
    /// Reads API Gateway's event.
    ///
    /// # Errors
    /// 401 without a demanded token; 400 for a body that is not the base64 it claims to be.
    pub fn from_event(event: ApiGatewayV2httpRequest, authorization: Authorization) -> Result<Self, Problem> {
        let caller = Caller::from_context(&event.request_context, authorization)?;
        let trace = TraceContext::from_headers(|name| event.headers.get(name)?.to_str().ok());
        let body = match event.body {
            Some(text) if event.is_base64_encoded => STANDARD
                .decode(text)
                .map_err(|_| Problem::bad_request("body_not_base64", "the body is not valid base64"))?,
            Some(text) => text.into_bytes(),
            None => Vec::new(),
        };
        Ok(Self {
            route: event.route_key.unwrap_or_default(),
            caller,
            trace,
            request_id: event.request_context.request_id.unwrap_or_default(),
            headers: event.headers,
            body,
            path: event.path_parameters,
            query: event
                .query_string_parameters
                .iter()
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .collect(),
        })
    }

    /// A header's text; `None` if it is absent or no text.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// A parameter of the path; empty if the route has none of that name.
    #[must_use]
    pub fn path_parameter(&self, name: &str) -> &str {
        self.path.get(name).map_or("", String::as_str)
    }

    /// An id in the path.
    ///
    /// # Errors
    /// 404 with `code`: what is no id names nothing.
    pub fn path_id<T: FromStr>(&self, name: &str, code: &'static str) -> Result<T, Problem> {
        self.path_parameter(name)
            .parse()
            .map_err(|_| Problem::not_found(code, format!("{name} in the path is not an id that exists")))
    }

    /// A parameter of the query.
    #[must_use]
    pub fn query(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// A number between `min` and `max` in the query; `default` if it is absent.
    ///
    /// # Errors
    /// 400 that names the bounds.
    pub fn query_number(&self, name: &str, default: u32, min: u32, max: u32) -> Result<u32, Problem> {
        let Some(text) = self.query(name) else { return Ok(default) };
        text.parse().ok().filter(|number| (min..=max).contains(number)).ok_or_else(|| {
            Problem::bad_request("invalid_query", format!("{name} is a number between {min} and {max}"))
        })
    }

    /// The body as JSON; what can borrow from it does.
    ///
    /// # Errors
    /// 400 for what is no JSON; 422 for JSON of another shape. Tells the place, never the content.
    pub fn json<'a, T: Deserialize<'a>>(&'a self) -> Result<T, Problem> {
        serde_json::from_slice(&self.body).map_err(|error| {
            let place = format!("line {} column {}", error.line(), error.column());
            if error.is_data() {
                Problem::unprocessable(
                    "invalid_shape",
                    format!("the body has not the expected fields ({place})"),
                )
            } else {
                Problem::bad_request("invalid_json", format!("the body is not JSON ({place})"))
            }
        })
    }
}

impl Drop for HttpRequest {
    /// A body may hold a card: nothing of it stays in freed memory.
    fn drop(&mut self) {
        zeroize::Zeroize::zeroize(&mut self.body);
    }
}
