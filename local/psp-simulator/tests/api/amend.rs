//! Capture and cancel.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::client::{World, body, read, world};

async fn charged(world: &World, alias: &str, capture: bool) -> String {
    let mut request = body(alias);
    request["payment_method"]["capture"] = json!(capture);
    let (_, charge) = world.charge("charge", &request).await;
    charge["id"].as_str().unwrap().to_owned()
}

async fn amend(world: &World, path: &str, key: &str, cents: u64) -> (StatusCode, Value) {
    let call = world.call(Method::POST, path).header("x-idempotency-key", key);
    read(call.json(&json!({ "amount": { "value": cents } }))).await
}

#[tokio::test]
async fn an_authorisation_is_captured_once_and_a_repetition_replayed() {
    let world = world().await;
    let path = format!("/charges/{}/capture", charged(&world, "approve", false).await);
    let (status, captured) = amend(&world, &path, "capture", 14_000).await;
    assert_eq!((status, &captured["status"]), (StatusCode::CREATED, &json!("PAID")));
    assert_eq!(captured["amount"]["summary"], json!({ "total": 15000, "paid": 14000, "refunded": 0 }));
    assert_eq!(amend(&world, &path, "capture", 14_000).await.1, captured);
    assert_eq!(amend(&world, &path, "capture", 15_000).await.0, StatusCode::CONFLICT);
    assert_eq!(amend(&world, &path, "again", 1).await.0, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn an_authorisation_is_voided_only_as_a_whole() {
    let world = world().await;
    let path = format!("/charges/{}/cancel", charged(&world, "approve", false).await);
    assert_eq!(amend(&world, &path, "part", 1).await.0, StatusCode::BAD_REQUEST);
    let (status, cancelled) = amend(&world, &path, "whole", 15_000).await;
    assert_eq!((status, &cancelled["status"]), (StatusCode::CREATED, &json!("CANCELED")));
    assert_eq!(amend(&world, &path, "whole", 15_000).await, (StatusCode::CREATED, cancelled), "a repetition");
    assert_eq!(amend(&world, &path, "again", 15_000).await.0, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn a_payment_is_refunded_in_parts_until_nothing_is_left() {
    let world = world().await;
    let path = format!("/charges/{}/cancel", charged(&world, "approve", true).await);
    for (key, cents, status, refunded) in [("1", 5_000, "PAID", 5_000), ("2", 10_000, "CANCELED", 15_000)] {
        let (_, charge) = amend(&world, &path, key, cents).await;
        assert_eq!(
            (&charge["status"], &charge["amount"]["summary"]["refunded"]),
            (&json!(status), &json!(refunded))
        );
    }
}

#[tokio::test]
async fn what_was_declined_can_be_neither_captured_nor_cancelled() {
    let world = world().await;
    let id = charged(&world, "visa-declined", false).await;
    for call in ["capture", "cancel"] {
        let (status, answer) = amend(&world, &format!("/charges/{id}/{call}"), call, 15_000).await;
        assert_eq!(
            (status, &answer["error_messages"][0]["code"]),
            (StatusCode::BAD_REQUEST, &json!("40002")),
            "{call}"
        );
    }
}
