//! One key, one charge.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::client::{body, read, world, world_with};
use psp_simulator::Options;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fifty_parallel_requests_under_one_key_make_one_charge() {
    let world = world_with(Options { latency_ms: 5, ..Options::default() }).await;
    let mut calls = JoinSet::new();
    for _ in 0..50 {
        calls.spawn(read(world.post("key", &body("approve"))));
    }
    let answers: Vec<(StatusCode, Value)> = calls.join_all().await;
    for (status, charge) in &answers {
        assert_eq!((*status, &charge["id"]), (StatusCode::CREATED, &answers[0].1["id"]));
    }
    let attempts = world.attempts("payment-1").await;
    let created = attempts.iter().filter(|outcome| !outcome["created"].is_null()).count();
    assert_eq!((attempts.len(), created), (50, 1));
}

#[tokio::test]
async fn the_same_request_is_replayed_whatever_its_layout() {
    let world = world().await;
    let request = body("approve");
    let (_, first) = world.charge("key", &request).await;
    let pretty = serde_json::to_string_pretty(&request).unwrap();
    let call = world.call(Method::POST, "/charges").header("x-idempotency-key", "key").body(pretty);
    assert_eq!(read(call).await, (StatusCode::CREATED, first));
}

#[tokio::test]
async fn another_request_under_a_used_key_is_409() {
    let world = world().await;
    world.charge("key", &body("approve")).await;
    for (path, value) in [("/amount/value", json!(15001)), ("/reference_id", json!("payment-2"))] {
        let mut other = body("approve");
        *other.pointer_mut(path).unwrap() = value;
        let (status, answer) = world.charge("key", &other).await;
        assert_eq!((status, &answer["code"]), (StatusCode::CONFLICT, &json!("40900")), "{path}");
    }
    let (status, _) = world.charge("key", &body("visa-ok")).await;
    assert_eq!(status, StatusCode::CONFLICT, "another card");
    assert_eq!(world.get("/_simulator/summary").await.1["charges"], 1);
}

#[tokio::test]
async fn a_declined_charge_is_replayed_not_tried_again() {
    let world = world().await;
    let (_, first) = world.charge("key", &body("insufficient-funds")).await;
    let (_, second) = world.charge("key", &body("insufficient-funds")).await;
    assert_eq!(first, second);
}

#[tokio::test]
async fn without_a_key_or_with_another_each_request_is_a_charge_and_the_summary_tells() {
    let world = world().await;
    for _ in 0..2 {
        read(world.call(Method::POST, "/charges").json(&body("approve"))).await;
    }
    world.charge("key", &body("approve")).await;
    let (_, summary) = world.get("/_simulator/summary").await;
    let expected = json!({
        "requests": 3,
        "charges": 3,
        "by_status": { "AUTHORIZED": 3 },
        "references_charged_twice_total": 1,
        "references_charged_twice": ["payment-1"],
    });
    assert_eq!(summary, expected);
}
