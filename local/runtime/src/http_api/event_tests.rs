use super::*;
use crate::template::Route;
use http::Request;
use serde_json::Value;
use std::sync::Arc;
use std::time::Duration;

fn route() -> Route {
    Route {
        function: "orders".into(),
        api: "Api".into(),
        method: Some("POST".into()),
        path: "/orders/{id}".into(),
        authorizer: None,
        scopes: Vec::new(),
        timeout: Duration::from_secs(30),
        payload_format: PayloadFormat::V2,
    }
}

fn event(request: Request<&'static [u8]>, authorizer: Option<Value>) -> Value {
    let route = route();
    let key = route.key();
    let place =
        Place { region: "us-east-1".into(), account_id: "123456789012".into(), partition: "aws".into() };
    let matched = Matched { route: &route, key: &key, parameters: vec![("id", "a b".into())] };
    let (head, body) = request.into_parts();
    let variables = BTreeMap::from([("stage".to_owned(), "blue".to_owned())]);
    let builder = EventBuilder {
        head: &head,
        body: Bytes::from_static(body),
        matched: &matched,
        place: &place,
        stage_variables: Some(&variables),
        authorizer: authorizer.map(|json| Arc::from(serde_json::value::to_raw_value(&json).unwrap())),
        peer: "127.0.0.1:5000".parse().unwrap(),
    };
    let now = "2026-11-23T08:09:10.123Z".parse().unwrap();
    serde_json::from_slice(&builder.build_at(now, "request-1".into())).unwrap()
}

fn request() -> http::request::Builder {
    Request::post("/orders/a%20b?tag=x&tag=y+z&empty=&q=%C3%A9")
        .header("Host", "127.0.0.1:3000")
        .header("User-Agent", "probe/1")
        .header("Accept", "text/html")
        .header("Accept", "application/json")
        .header("Cookie", "a=1; b=2")
        .header("X-Amzn-Trace-Id", "Root=1-2-3")
}

#[test]
fn the_event_is_the_documented_one() {
    let request =
        request().header("Content-Type", "application/json").body(br#"{"n":1}"#.as_slice()).unwrap();
    let claims = serde_json::json!({"jwt": {"claims": {"sub": "u1"}, "scopes": null}});
    let golden: Value = serde_json::from_str(include_str!("event_golden.json")).unwrap();
    assert_eq!(event(request, Some(claims)), golden);
}

#[test]
fn bodies_are_text_or_base64_as_their_type_says() {
    for (content_type, body, expected, is_base64) in [
        ("application/json; charset=utf-8", b"{}".as_slice(), Some("{}"), false),
        ("text/csv", b"a,b", Some("a,b"), false),
        ("application/problem+json", b"{}", Some("{}"), false),
        ("application/octet-stream", b"hi", Some("aGk="), true),
        ("application/x-www-form-urlencoded", b"a=1", Some("YT0x"), true),
        ("application/json", b"\xff\xfe", Some("//4="), true),
        ("application/json", b"", None, false),
    ] {
        let event = event(request().header("Content-Type", content_type).body(body).unwrap(), None);
        assert_eq!(event.get("body").and_then(Value::as_str), expected, "{content_type}");
        assert_eq!(event["isBase64Encoded"], Value::from(is_base64), "{content_type}");
    }
}
