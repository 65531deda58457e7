//! What a function's answer means as an HTTP response.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderName, HeaderValue, SET_COOKIE};
use http::{HeaderMap, StatusCode};
use http_body_util::Full;
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::serve::Answer;

/// The full form of an answer.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Proxy {
    status_code: Value,
    #[serde(default)]
    headers: Option<Map<String, Value>>,
    #[serde(default)]
    multi_value_headers: Option<Map<String, Value>>,
    #[serde(default)]
    cookies: Option<Vec<String>>,
    #[serde(default)]
    body: Option<String>,
    #[serde(default)]
    is_base64_encoded: Option<bool>,
}

/// The response of an answer; why there is none otherwise.
///
/// JSON without `statusCode` is the body of a 200 itself, a text without its quotes.
pub(super) fn read(payload: &Bytes) -> Result<Answer, String> {
    let is_proxy = serde_json::from_slice::<Probe>(payload).is_ok_and(|probe| probe.status_code.is_some());
    if !is_proxy {
        return Ok(inferred(payload));
    }
    let proxy = proxy(payload)?;
    full(Proxy { multi_value_headers: None, ..proxy }, true, "text/plain;charset=UTF-8")
}

/// The same in format 1.0: nothing is inferred, cookies come as headers.
pub(super) fn read_v1(payload: &Bytes) -> Result<Answer, String> {
    full(Proxy { cookies: None, ..proxy(payload)? }, true, "text/plain;charset=UTF-8")
}

/// The same of a REST API, which decodes base64 only where the client accepts one of its binary types.
pub(super) fn read_rest(payload: &Bytes, decodes: bool) -> Result<Answer, String> {
    full(Proxy { cookies: None, ..proxy(payload)? }, decodes, "application/json")
}

fn proxy(payload: &Bytes) -> Result<Proxy, String> {
    serde_json::from_slice(payload).map_err(|error| error.to_string())
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Probe {
    #[serde(default)]
    status_code: Option<serde::de::IgnoredAny>,
}

fn inferred(payload: &Bytes) -> Answer {
    let body = match serde_json::from_slice::<Value>(payload) {
        Ok(Value::String(text)) => Bytes::from(text),
        _ => payload.clone(),
    };
    let mut answer = Answer::new(Full::new(body));
    answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    answer
}

fn full(proxy: Proxy, decodes: bool, content_type: &'static str) -> Result<Answer, String> {
    let status =
        status(&proxy.status_code).ok_or_else(|| format!("{} is no status code", proxy.status_code))?;
    let body = proxy.body.unwrap_or_default();
    let body = match proxy.is_base64_encoded {
        Some(true) if decodes => {
            Bytes::from(STANDARD.decode(&body).map_err(|error| format!("the body: {error}"))?)
        }
        _ => Bytes::from(body),
    };
    let has_body = !body.is_empty();
    let mut answer = Answer::new(Full::new(body));
    *answer.status_mut() = status;
    let headers = answer.headers_mut();
    for (name, value) in proxy.headers.into_iter().flatten() {
        set(headers, &name, &value)?;
    }
    for (name, values) in proxy.multi_value_headers.iter().flatten() {
        add_all(headers, name, values)?;
    }
    if has_body && !headers.contains_key(CONTENT_TYPE) {
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    }
    for cookie in proxy.cookies.into_iter().flatten() {
        headers.append(SET_COOKIE, HeaderValue::from_str(&cookie).map_err(|error| error.to_string())?);
    }
    Ok(answer)
}

/// A number, or a text of one.
fn status(code: &Value) -> Option<StatusCode> {
    let code = code.as_u64().or_else(|| code.as_str()?.parse().ok())?;
    StatusCode::from_u16(u16::try_from(code).ok()?).ok()
}

/// Texts, numbers and booleans; the length is ours to say.
fn set(headers: &mut HeaderMap, name: &str, value: &Value) -> Result<(), String> {
    let (name, value) = header(name, value)?;
    if !is_ours(&name) {
        headers.insert(name, value);
    }
    Ok(())
}

/// All values of one name, beside what `headers` has of it unless it is the same.
fn add_all(headers: &mut HeaderMap, name: &str, values: &Value) -> Result<(), String> {
    let values = values.as_array().ok_or_else(|| format!("the values of the header {name} are no list"))?;
    for value in values {
        let (name, value) = header(name, value)?;
        if !is_ours(&name) && !headers.get_all(&name).iter().any(|present| *present == value) {
            headers.append(name, value);
        }
    }
    Ok(())
}

fn header(name: &str, value: &Value) -> Result<(HeaderName, HeaderValue), String> {
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Number(_) | Value::Bool(_) => value.to_string(),
        _ => return Err(format!("the header {name} is no text")),
    };
    let name: HeaderName = name.parse().map_err(|_| format!("{name} is no header name"))?;
    // Byte by byte, since UTF-8 in a header is legal if unloved.
    Ok((name, HeaderValue::from_bytes(text.as_bytes()).map_err(|error| error.to_string())?))
}

fn is_ours(name: &HeaderName) -> bool {
    matches!(name.as_str(), "content-length" | "transfer-encoding" | "connection")
}

#[cfg(test)]
mod tests {
    use super::*;
    use http_body_util::BodyExt as _;

    #[tokio::test]
    async fn an_answer_becomes_the_response_aws_makes_of_it() {
        for (payload, status, content_type, expected) in [
            (r#"{"message":"hi"}"#, 200, Some("application/json"), r#"{"message":"hi"}"#),
            (r#""hello""#, 200, Some("application/json"), "hello"),
            ("null", 200, Some("application/json"), "null"),
            (r#"{"statusCode":201,"body":"made"}"#, 201, Some("text/plain;charset=UTF-8"), "made"),
            (r#"{"statusCode":"204"}"#, 204, None, ""),
            (
                r#"{"statusCode":202,"headers":{"Content-Type":"application/problem+json","X-N":1},"body":"{}"}"#,
                202,
                Some("application/problem+json"),
                "{}",
            ),
            (
                r#"{"statusCode":200,"body":"aGk=","isBase64Encoded":true}"#,
                200,
                Some("text/plain;charset=UTF-8"),
                "hi",
            ),
            (r#"{"statusCode":200,"headers":null,"body":null}"#, 200, None, ""),
        ] {
            let answer = read(&Bytes::from(payload)).unwrap();
            assert_eq!(answer.status().as_u16(), status, "{payload}");
            let kind = answer.headers().get(CONTENT_TYPE).map(|value| value.to_str().unwrap().to_owned());
            assert_eq!(kind.as_deref(), content_type, "{payload}");
            assert_eq!(answer.into_body().collect().await.unwrap().to_bytes(), expected, "{payload}");
        }
    }

    #[test]
    fn cookies_are_set_one_by_one() {
        let answer = read(&Bytes::from(r#"{"statusCode":200,"cookies":["a=1; Secure","b=2"]}"#)).unwrap();
        let cookies: Vec<_> = answer.headers().get_all(SET_COOKIE).iter().collect();
        assert_eq!(cookies, ["a=1; Secure", "b=2"]);
    }

    #[tokio::test]
    async fn older_formats_infer_nothing_and_have_headers_of_several_values() {
        let cookies = r#"{"statusCode":200,"headers":{"set-cookie":"a=1"},"multiValueHeaders":{"Set-Cookie":["a=1","b=2"]},"cookies":["c=3"],"body":"{}"}"#;
        for (answer, content_type) in [
            (read_v1(&Bytes::from(cookies)).unwrap(), "text/plain;charset=UTF-8"),
            (read_rest(&Bytes::from(cookies), false).unwrap(), "application/json"),
        ] {
            let cookies: Vec<_> = answer.headers().get_all(SET_COOKIE).iter().collect();
            assert_eq!(cookies, ["a=1", "b=2"]);
            assert_eq!(answer.headers()[CONTENT_TYPE], content_type);
        }
        assert!(read_v1(&Bytes::from(r#"{"message":"hi"}"#)).is_err(), "nothing is inferred");
        assert!(read_rest(&Bytes::from("null"), false).is_err());
        let encoded = Bytes::from(r#"{"statusCode":200,"body":"aGk=","isBase64Encoded":true}"#);
        for (decodes, expected) in [(true, "hi"), (false, "aGk=")] {
            let answer = read_rest(&encoded, decodes).unwrap();
            assert_eq!(answer.into_body().collect().await.unwrap().to_bytes(), expected);
        }
    }

    #[test]
    fn an_answer_that_is_no_response_is_told_apart() {
        for payload in [
            r#"{"statusCode":"many"}"#,
            r#"{"statusCode":200,"body":{"not":"text"}}"#,
            r#"{"statusCode":200,"headers":{"bad name":"x"}}"#,
            r#"{"statusCode":200,"body":"%","isBase64Encoded":true}"#,
        ] {
            assert!(read(&Bytes::from(payload)).is_err(), "{payload}");
        }
    }
}
