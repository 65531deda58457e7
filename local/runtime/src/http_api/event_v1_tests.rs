use std::sync::Arc;
use std::time::Duration;

use http::Request;

use super::super::router::Matched;
use super::*;
use crate::template::{PayloadFormat, Place, Route};

fn route(payload_format: PayloadFormat) -> Route {
    Route {
        function: "orders".into(),
        api: "Api".into(),
        method: Some("POST".into()),
        path: "/orders/{id}".into(),
        authorizer: None,
        scopes: Vec::new(),
        timeout: Duration::from_secs(30),
        payload_format,
    }
}

fn event(api: &Api, format: PayloadFormat, id: &str, request: Request<&'static [u8]>) -> Value {
    let route = route(format);
    let place =
        Place { region: "us-east-1".into(), account_id: "123456789012".into(), partition: "aws".into() };
    let matched = Matched { route: &route, key: "POST /orders/{id}", parameters: vec![("id", id.into())] };
    let (head, body) = request.into_parts();
    let claims = json!({"jwt": {"claims": {"sub": "u1"}, "scopes": ["read"]}});
    let authorizer =
        (api.kind == ApiKind::Http).then(|| Arc::from(serde_json::value::to_raw_value(&claims).unwrap()));
    let builder = EventBuilder {
        head: &head,
        body: Bytes::from_static(body),
        matched: &matched,
        place: &place,
        stage_variables: Some(&api.stage_variables),
        authorizer,
        peer: "127.0.0.1:5000".parse().unwrap(),
    };
    let now = "2026-11-23T08:09:10.123Z".parse().unwrap();
    serde_json::from_slice(&builder.build_v1_at(api, now, "request-1")).unwrap()
}

fn request() -> http::request::Builder {
    Request::post("/orders/a%20b?tag=x&tag=y+z&empty=")
        .header("Host", "127.0.0.1:3000")
        .header("User-Agent", "probe/1")
        .header("Accept", "text/html")
        .header("Accept", "application/json")
        .header("Cookie", "a=1; b=2")
        .header("X-Amzn-Trace-Id", "Root=1-2-3")
        .header("Content-Type", "application/json")
}

fn rest(binary_media_types: &[&str]) -> Api {
    Api {
        kind: ApiKind::Rest,
        stage: "Prod".into(),
        binary_media_types: binary_media_types.iter().map(|text| (*text).to_owned()).collect(),
        ..Api::default()
    }
}

#[test]
fn the_events_are_the_documented_ones() {
    let http = Api {
        stage: "$default".into(),
        stage_variables: [("stage".to_owned(), "blue".to_owned())].into(),
        ..Api::default()
    };
    let golden: Value = serde_json::from_str(include_str!("event_v1_golden.json")).unwrap();
    let body = br#"{"n":1}"#.as_slice();
    assert_eq!(event(&http, PayloadFormat::V1, "a b", request().body(body).unwrap()), golden["http"]);
    assert_eq!(
        event(&rest(&[]), PayloadFormat::Rest, "a%20b", request().body(body).unwrap()),
        golden["rest"]
    );
}

#[test]
fn rest_bodies_are_text_unless_the_api_says_otherwise() {
    for (binary, body, expected, is_base64) in [
        (&[][..], b"{}".as_slice(), json!("{}"), false),
        (&["application/json"], b"{}", json!("e30="), true),
        (&["image/*"], b"{}", json!("{}"), false),
        (&[], b"", Value::Null, false),
        (&[], b"\xff", json!("\u{fffd}"), false),
    ] {
        let event = event(&rest(binary), PayloadFormat::Rest, "1", request().body(body).unwrap());
        assert_eq!((&event["body"], &event["isBase64Encoded"]), (&expected, &json!(is_base64)), "{binary:?}");
    }
}

#[test]
fn what_a_request_has_not_is_null() {
    let request = Request::get("/").body(b"".as_slice()).unwrap();
    let event = event(&rest(&[]), PayloadFormat::Rest, "1", request);
    for member in ["queryStringParameters", "multiValueQueryStringParameters", "stageVariables", "body"] {
        assert_eq!(event.get(member), Some(&Value::Null), "{member}");
    }
    assert_eq!(event["requestContext"].get("authorizer"), None);
}
