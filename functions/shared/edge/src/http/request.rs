//! What a request says, out of API Gateway's event.

use std::collections::HashMap;
use std::str::FromStr;

use aws_lambda_events::apigw::ApiGatewayV2httpRequest;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use gateway_domain::limits::BODY_BYTES_MAX;
use http::HeaderMap;
use serde::Deserialize;
use zeroize::{Zeroize as _, Zeroizing};

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
    /// 401 without a demanded token; 413 for a body of more than [`BODY_BYTES_MAX`]; 400 for one that is
    /// not the base64 it claims to be.
    pub fn from_event(event: ApiGatewayV2httpRequest, authorization: Authorization) -> Result<Self, Problem> {
        let caller = Caller::from_context(&event.request_context, &event.headers, authorization)?;
        let trace = TraceContext::from_headers(|name| event.headers.get(name)?.to_str().ok());
        let body = body(event.body, event.is_base64_encoded)?;
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

fn body(text: Option<String>, is_base64: bool) -> Result<Vec<u8>, Problem> {
    let bytes = match text {
        // The text is wiped as the body itself is.
        Some(text) if is_base64 => STANDARD
            .decode(Zeroizing::new(text).as_bytes())
            .map_err(|_| Problem::bad_request("body_not_base64", "the body is not valid base64"))?,
        Some(text) => text.into_bytes(),
        None => Vec::new(),
    };
    if bytes.len() <= BODY_BYTES_MAX {
        return Ok(bytes);
    }
    let detail = format!("no request of this gateway is longer than {BODY_BYTES_MAX} bytes");
    Err(Problem::new(413, "body_too_large", detail))
}

impl Drop for HttpRequest {
    /// A body may hold a card: nothing of it stays in freed memory.
    fn drop(&mut self) {
        self.body.zeroize();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_is_taken_up_to_its_limit() {
        let longest = "x".repeat(BODY_BYTES_MAX);
        let longer = format!("{longest}x");
        for (text, is_base64, expected) in [
            (None, false, Ok(0)),
            (Some("{}".to_owned()), false, Ok(2)),
            (Some("e30=".to_owned()), true, Ok(2)),
            (Some("e30".to_owned()), true, Err("body_not_base64")),
            (Some(STANDARD.encode(&longest)), true, Ok(BODY_BYTES_MAX)),
            (Some(STANDARD.encode(&longer)), true, Err("body_too_large")),
            (Some(longest), false, Ok(BODY_BYTES_MAX)),
            (Some(longer), false, Err("body_too_large")),
        ] {
            assert_eq!(
                body(text, is_base64).map(|bytes| bytes.len()).map_err(|problem| problem.code),
                expected
            );
        }
    }
}
