//! Asking PagBank, and asking the simulator.

use reqwest::{Method, StatusCode};
use serde_json::json;

use crate::client::{body, read, world};

#[tokio::test]
async fn a_charge_is_found_by_id_and_by_reference_and_the_inquiries_are_counted() {
    let world = world().await;
    let (_, charge) = world.charge("key", &body("approve")).await;
    let (_, by_id) = world.get(&format!("/charges/{}", charge["id"].as_str().unwrap())).await;
    let (_, by_reference) = world.get("/charges?reference_id=payment-1").await;
    assert_eq!((&by_id, &by_reference), (&charge, &json!([charge])));
    assert_eq!(world.entry("payment-1").await["inquiries"], 2);
}

#[tokio::test]
async fn a_reference_without_a_charge_finds_nothing() {
    assert_eq!(world().await.get("/charges?reference_id=nobody").await, (StatusCode::OK, json!([])));
}

#[tokio::test]
async fn a_search_that_accepts_only_json_is_406_as_pagbank_has_it() {
    let world = world().await;
    let call = |accept| world.call(Method::GET, "/charges?reference_id=x").header("accept", accept);
    assert_eq!(read(call("application/json")).await.0, StatusCode::NOT_ACCEPTABLE);
    assert_eq!(read(call("*/*")).await.0, StatusCode::OK);
}

#[tokio::test]
async fn a_search_without_a_reference_is_refused() {
    let (status, answer) = world().await.get("/charges").await;
    assert_eq!((status, &answer["error_messages"][0]["code"]), (StatusCode::BAD_REQUEST, &json!("40001")));
}

#[tokio::test]
async fn a_reset_forgets_charges_and_keys() {
    let world = world().await;
    let (_, before) = world.charge("key", &body("approve")).await;
    let reset = world.call(Method::DELETE, "/_simulator/charges").send().await.unwrap();
    assert_eq!(reset.status(), StatusCode::NO_CONTENT);
    assert_eq!(world.get("/_simulator/charges").await.1, json!({ "total": 0, "charges": [] }));
    assert_ne!(world.charge("key", &body("approve")).await.1["id"], before["id"]);
}

#[tokio::test]
async fn a_listing_is_paged() {
    let world = world().await;
    for key in ["a", "b", "c"] {
        world.charge(key, &body("approve")).await;
    }
    let (_, page) = world.get("/_simulator/charges?offset=1&limit=1").await;
    assert_eq!((&page["total"], &page["charges"][0]["idempotency_key"]), (&json!(3), &json!("b")));
    assert_eq!(page["charges"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn health_answers_without_a_token() {
    let world = world().await;
    let answer = reqwest::get(format!("{}/_simulator/health", world.psp.url())).await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    world.psp.stop().await.unwrap();
}
