//! Refusals of the call itself, in both shapes.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::client::{body, encrypted, read, world, world_with};
use psp_simulator::Options;

fn set(path: &str, value: Value) -> Value {
    let mut request = body("approve");
    *request.pointer_mut(path).unwrap_or_else(|| panic!("no field {path}")) = value;
    request
}

#[tokio::test]
async fn a_missing_or_wrong_field_is_named() {
    let world = world().await;
    for (path, value, code, parameter) in [
        ("/amount", json!(null), "40001", "amount.value"),
        ("/amount/value", json!(0), "40002", "amount.value"),
        ("/amount/value", json!(99), "40002", "amount.value"),
        ("/amount/value", json!(1.5), "40002", "amount.value"),
        ("/amount/value", json!(1_000_000_000), "40002", "amount.value"),
        ("/amount/currency", json!("USD"), "40002", "amount.currency"),
        ("/reference_id", json!("x".repeat(65)), "40002", "reference_id"),
        ("/description", json!("x".repeat(65)), "40002", "description"),
        ("/payment_method/type", json!("BOLETO"), "40002", "payment_method.type"),
        ("/payment_method/capture", json!(null), "40001", "payment_method.capture"),
        ("/payment_method/installments", json!(0), "40002", "payment_method.installments"),
        ("/payment_method/card/number", json!("4539620659922098"), "40002", "payment_method.card.number"),
        ("/payment_method/card/number", json!(null), "40001", "payment_method.card.number"),
        ("/payment_method/card/exp_month", json!("13"), "40002", "payment_method.card.exp_month"),
        ("/payment_method/card/security_code", json!("12x"), "40002", "payment_method.card.security_code"),
        ("/payment_method/card/security_code", json!(null), "40001", "payment_method.card.security_code"),
    ] {
        let (status, answer) = world.charge("key", &set(path, value)).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{path}");
        let problems = answer["error_messages"].as_array().unwrap();
        let named = problems.iter().any(|p| p["code"] == code && p["parameter_name"] == parameter);
        assert!(named, "{path}: {answer}");
    }
    assert_eq!(world.get("/_simulator/summary").await.1["requests"], 0, "a refused body burns no key");
}

#[tokio::test]
async fn all_wrong_fields_are_named_at_once() {
    let (_, answer) = world().await.charge("key", &json!({})).await;
    let named: Vec<&str> = answer["error_messages"]
        .as_array()
        .unwrap()
        .iter()
        .map(|p| p["parameter_name"].as_str().unwrap())
        .collect();
    for parameter in ["amount.value", "payment_method.capture", "payment_method.card.number"] {
        assert!(named.contains(&parameter), "{named:?}");
    }
}

#[tokio::test]
async fn a_ciphertext_without_a_known_alias_is_refused() {
    let world = world().await;
    for ciphertext in ["bm90IGFuIGFsaWFz", "%%%", "////"] {
        let (status, answer) = world.charge("key", &encrypted(ciphertext)).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{ciphertext}");
        assert_eq!(answer["error_messages"][0]["parameter_name"], "payment_method.card.encrypted");
    }
}

#[tokio::test]
async fn a_wrong_or_missing_token_is_401_on_every_route() {
    let world = world().await;
    for (method, path) in [
        (Method::POST, "/charges"),
        (Method::GET, "/charges?reference_id=x"),
        (Method::GET, "/charges/CHAR_1"),
        (Method::POST, "/charges/CHAR_1/cancel"),
        (Method::POST, "/charges/CHAR_1/capture"),
    ] {
        let url = format!("{}{path}", world.psp.url());
        for token in [None, Some("Bearer wrong")] {
            let mut request = reqwest::Client::new().request(method.clone(), &url);
            if let Some(token) = token {
                request = request.header("authorization", token);
            }
            let (status, answer) = read(request.json(&body("approve"))).await;
            assert_eq!(status, StatusCode::UNAUTHORIZED, "{path}");
            assert_eq!(answer["error_messages"][0]["code"], "UNAUTHORIZED", "{path}");
        }
    }
}

#[tokio::test]
async fn an_unknown_version_of_the_api_is_refused() {
    let world = world().await;
    let request = world.post("key", &body("approve"));
    let mut request = request.build().unwrap();
    request.headers_mut().insert("x-api-version", "3.0".parse().unwrap());
    let response = reqwest::Client::new().execute(request).await.unwrap();
    assert_eq!(response.status(), StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn an_unknown_charge_is_404_in_the_flat_shape() {
    let (status, answer) = world().await.get("/charges/CHAR_UNKNOWN").await;
    assert_eq!(
        (status, answer),
        (StatusCode::NOT_FOUND, json!({ "code": "40400", "description": "resource_not_found" }))
    );
}

#[tokio::test]
async fn a_body_that_is_no_json_is_refused_without_a_parameter() {
    let world = world().await;
    let (status, answer) = read(world.call(Method::POST, "/charges").body("{")).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert_eq!(
        answer,
        json!({ "error_messages": [{ "code": "40002", "description": "invalid_parameter" }] })
    );
}

#[tokio::test]
async fn what_goes_beyond_the_memory_is_refused_and_what_is_known_still_replayed() {
    let world = world_with(Options { charges_max: 1, ..Options::default() }).await;
    let (_, first) = world.charge("key-1", &body("approve")).await;
    let (status, _) = world.charge("key-2", &body("approve")).await;
    let (_, replay) = world.charge("key-1", &body("approve")).await;
    assert_eq!((status, first), (StatusCode::SERVICE_UNAVAILABLE, replay));
}
