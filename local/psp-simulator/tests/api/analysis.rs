//! IN_ANALYSIS, and the webhook that ends it.

use std::net::Ipv4Addr;

use axum::Router;
use axum::extract::State;
use axum::routing::post;
use http::HeaderMap;
use psp_simulator::Options;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tokio::net::TcpListener;
use tokio::sync::mpsc;

use crate::client::{World, body, world_with};

type Webhook = (HeaderMap, String);

async fn receive(State(sink): State<mpsc::UnboundedSender<Webhook>>, headers: HeaderMap, payload: String) {
    sink.send((headers, payload)).unwrap();
}

/// A merchant who listens for webhooks.
async fn merchant() -> (String, mpsc::UnboundedReceiver<Webhook>) {
    let (sink, webhooks) = mpsc::unbounded_channel();
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let url = format!("http://{}/webhooks/pagbank", listener.local_addr().unwrap());
    let router = Router::new().route("/webhooks/pagbank", post(receive)).with_state(sink);
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    (url, webhooks)
}

async fn quick() -> World {
    world_with(Options { analysis_ms: 20, ..Options::default() }).await
}

fn notified(alias: &str, url: &str) -> Value {
    let mut request = body(alias);
    request["notification_urls"] = json!([url]);
    request
}

#[tokio::test]
async fn an_analysis_ends_with_a_signed_webhook() {
    for (alias, capture, status, code) in [
        ("analysis-approved", false, "AUTHORIZED", "20000"),
        ("analysis-approved", true, "PAID", "20000"),
        ("analysis-declined", false, "DECLINED", "10000"),
    ] {
        let (world, (url, mut webhooks)) = (quick().await, merchant().await);
        let mut request = notified(alias, &url);
        request["payment_method"]["capture"] = json!(capture);
        let (_, charge) = world.charge("key", &request).await;
        assert_eq!((&charge["status"], &charge["payment_response"]), (&json!("IN_ANALYSIS"), &Value::Null));

        let (headers, payload) = webhooks.recv().await.unwrap();
        let expected = Sha256::digest(format!("{}-{payload}", Options::default().token));
        let expected: String = expected.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(headers["x-authenticity-token"], expected.as_str());
        let told: Value = serde_json::from_str(&payload).unwrap();
        assert_eq!(
            (&told["status"], &told["payment_response"]["code"]),
            (&json!(status), &json!(code)),
            "{alias}"
        );

        let (_, asked) = world.get(&format!("/charges/{}", charge["id"].as_str().unwrap())).await;
        assert_eq!(asked, told, "the webhook tells what an inquiry tells");
        assert_eq!(world.charge("key", &request).await.1, told, "and so does a replay");
    }
}

#[tokio::test]
async fn a_webhook_may_come_twice() {
    let (world, (url, mut webhooks)) = (quick().await, merchant().await);
    world.charge("key", &notified("analysis-approved-twice", &url)).await;
    let (first, second) = (webhooks.recv().await.unwrap(), webhooks.recv().await.unwrap());
    assert_eq!(first.1, second.1);
}

#[tokio::test]
async fn a_silent_analysis_ends_without_a_webhook_and_an_endless_one_not_at_all() {
    let (world, (url, mut webhooks)) = (quick().await, merchant().await);
    let mut endless = notified("analysis-endless", &url);
    endless["reference_id"] = json!("endless");
    world.charge("endless", &endless).await;
    world.charge("silent", &notified("analysis-silent", &url)).await;
    // Analyses end in the order they began: when the last has told, the others had their turn.
    let mut last = notified("analysis-approved", &url);
    last["reference_id"] = json!("last");
    world.charge("last", &last).await;
    let told: Value = serde_json::from_str(&webhooks.recv().await.unwrap().1).unwrap();
    assert_eq!(told["reference_id"], "last");
    assert_eq!(world.entry("payment-1").await["charge"]["status"], "AUTHORIZED");
    assert_eq!(world.entry("endless").await["charge"]["status"], "IN_ANALYSIS");
}

#[tokio::test]
async fn a_merchant_who_is_away_does_not_hold_up_the_verdict() {
    let (world, (url, mut webhooks)) = (quick().await, merchant().await);
    let mut away = notified("analysis-approved", "http://127.0.0.1:9/nobody");
    away["reference_id"] = json!("away");
    world.charge("away", &away).await;
    world.charge("key", &notified("analysis-approved", &url)).await;
    webhooks.recv().await.unwrap();
    assert_eq!(world.entry("away").await["charge"]["status"], "AUTHORIZED");
}
