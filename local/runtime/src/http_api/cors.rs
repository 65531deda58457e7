//! CORS: preflight answers, and headers on all others.

use bytes::Bytes;
use http::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE,
    ACCESS_CONTROL_REQUEST_METHOD, ORIGIN,
};
use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use http_body_util::Full;

use crate::serve::Answer;
use crate::template::Cors;

/// The answer to a preflight request; `None` if the request is none.
pub(super) fn preflight(cors: &Cors, head: &Parts) -> Option<Answer> {
    head.headers.get(ACCESS_CONTROL_REQUEST_METHOD)?;
    let mut answer = Answer::new(Full::new(Bytes::new()));
    *answer.status_mut() = StatusCode::NO_CONTENT;
    if allow_origin(cors, head, answer.headers_mut()) {
        let headers = answer.headers_mut();
        set_list(headers, ACCESS_CONTROL_ALLOW_METHODS, &cors.allow_methods);
        set_list(headers, ACCESS_CONTROL_ALLOW_HEADERS, &cors.allow_headers);
        if let Some(age_s) = cors.max_age_s {
            headers.insert(ACCESS_CONTROL_MAX_AGE, HeaderValue::from(age_s));
        }
    }
    Some(answer)
}

/// Adds the headers a browser wants on the answer itself.
pub(super) fn decorate(cors: &Cors, head: &Parts, answer: &mut Answer) {
    if allow_origin(cors, head, answer.headers_mut()) {
        set_list(answer.headers_mut(), ACCESS_CONTROL_EXPOSE_HEADERS, &cors.expose_headers);
    }
}

fn allow_origin(cors: &Cors, head: &Parts, headers: &mut HeaderMap) -> bool {
    let Some(origin) = head.headers.get(ORIGIN) else { return false };
    let is_any = cors.allow_origins.iter().any(|allowed| allowed == "*");
    let is_listed = cors.allow_origins.iter().any(|allowed| allowed.as_bytes() == origin.as_bytes());
    if !is_any && !is_listed {
        return false;
    }
    let value = if is_any { HeaderValue::from_static("*") } else { origin.clone() };
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, value);
    if cors.allow_credentials {
        headers.insert(ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
    }
    true
}

fn set_list(headers: &mut HeaderMap, name: HeaderName, values: &[String]) {
    if let (false, Ok(value)) = (values.is_empty(), HeaderValue::from_str(&values.join(","))) {
        headers.insert(name, value);
    }
}
