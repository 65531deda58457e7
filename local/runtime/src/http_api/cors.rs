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

/// The headers that the API alone decides on.
const OF_THE_API: [HeaderName; 6] = [
    ACCESS_CONTROL_ALLOW_CREDENTIALS,
    ACCESS_CONTROL_ALLOW_HEADERS,
    ACCESS_CONTROL_ALLOW_METHODS,
    ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS,
    ACCESS_CONTROL_MAX_AGE,
];

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

/// The `OPTIONS` method that SAM gives each path of a REST API with `Cors`: the same answer for everyone.
pub(super) fn rest_preflight(cors: &Cors, methods: &[&str]) -> Answer {
    let mut answer = Answer::new(Full::new(Bytes::new()));
    let headers = answer.headers_mut();
    set_list(headers, ACCESS_CONTROL_ALLOW_ORIGIN, &cors.allow_origins);
    set_list(headers, ACCESS_CONTROL_ALLOW_HEADERS, &cors.allow_headers);
    if cors.allow_methods.is_empty() {
        set_list(headers, ACCESS_CONTROL_ALLOW_METHODS, &[of_path(methods)]);
    } else {
        set_list(headers, ACCESS_CONTROL_ALLOW_METHODS, &cors.allow_methods);
    }
    if cors.allow_credentials {
        headers.insert(ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
    }
    if let Some(age_s) = cors.max_age_s {
        headers.insert(ACCESS_CONTROL_MAX_AGE, HeaderValue::from(age_s));
    }
    answer
}

/// SAM lists the path's own methods; all of them where it has `ANY`.
fn of_path(methods: &[&str]) -> String {
    if methods.is_empty() {
        return "DELETE,GET,HEAD,OPTIONS,PATCH,POST,PUT".to_owned();
    }
    let mut methods: Vec<&str> = methods.iter().copied().chain(["OPTIONS"]).collect();
    methods.sort_unstable();
    methods.dedup();
    methods.join(",")
}

/// Adds the headers a browser wants on the answer itself. What the function says of CORS is ignored, as
/// AWS does where the API is configured.
pub(super) fn decorate(cors: &Cors, head: &Parts, answer: &mut Answer) {
    for name in OF_THE_API {
        answer.headers_mut().remove(name);
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use http::Request;

    fn head(origin: Option<&str>, asks_for: Option<&str>) -> Parts {
        let mut request = Request::options("/orders");
        for (name, value) in [(ORIGIN, origin), (ACCESS_CONTROL_REQUEST_METHOD, asks_for)] {
            if let Some(value) = value {
                request = request.header(name, value);
            }
        }
        request.body(()).unwrap().into_parts().0
    }

    fn cors(origins: &[&str]) -> Cors {
        Cors {
            allow_origins: origins.iter().map(|origin| (*origin).to_owned()).collect(),
            allow_methods: vec!["GET".into(), "POST".into()],
            allow_headers: vec!["authorization".into()],
            expose_headers: vec!["location".into()],
            allow_credentials: false,
            max_age_s: Some(60),
        }
    }

    #[test]
    fn origins_are_allowed_as_the_template_says() {
        for (origins, origin, expected) in [
            (&["https://shop"][..], Some("https://shop"), Some("https://shop")),
            (&["https://shop", "https://admin"], Some("https://admin"), Some("https://admin")),
            (&["https://shop"], Some("https://other"), None),
            (&["https://shop"], None, None),
            (&["*"], Some("https://other"), Some("*")),
        ] {
            let answer = preflight(&cors(origins), &head(origin, Some("GET"))).unwrap();
            let allowed =
                answer.headers().get(ACCESS_CONTROL_ALLOW_ORIGIN).map(|value| value.to_str().unwrap());
            assert_eq!(
                (answer.status(), allowed),
                (StatusCode::NO_CONTENT, expected),
                "{origins:?} {origin:?}"
            );
            assert_eq!(answer.headers().contains_key(ACCESS_CONTROL_ALLOW_METHODS), expected.is_some());
        }
    }

    #[test]
    fn a_rest_apis_preflight_says_the_same_to_everyone() {
        for (allow_methods, methods, expected) in [
            (&["GET,PUT"][..], &["GET"][..], "GET,PUT"),
            (&[], &["POST", "GET"], "GET,OPTIONS,POST"),
            (&[], &[], "DELETE,GET,HEAD,OPTIONS,PATCH,POST,PUT"),
        ] {
            let allow_methods = allow_methods.iter().map(|text| (*text).to_owned()).collect();
            let answer = rest_preflight(&Cors { allow_methods, ..cors(&["https://shop"]) }, methods);
            assert_eq!(answer.status(), StatusCode::OK);
            assert_eq!(answer.headers()[ACCESS_CONTROL_ALLOW_ORIGIN], "https://shop");
            assert_eq!(answer.headers()[ACCESS_CONTROL_ALLOW_METHODS], expected);
        }
    }

    #[test]
    fn a_request_that_announces_no_other_is_no_preflight() {
        assert!(preflight(&cors(&["*"]), &head(Some("https://shop"), None)).is_none());
    }

    #[test]
    fn what_the_function_says_of_cors_is_ignored() {
        for (origin, expected) in
            [(Some("https://shop"), Some("https://shop")), (Some("https://other"), None)]
        {
            let mut answer = Answer::new(Full::default());
            answer.headers_mut().insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
            decorate(&cors(&["https://shop"]), &head(origin, None), &mut answer);
            let allowed =
                answer.headers().get(ACCESS_CONTROL_ALLOW_ORIGIN).map(|value| value.to_str().unwrap());
            assert_eq!(allowed, expected);
        }
    }
}
