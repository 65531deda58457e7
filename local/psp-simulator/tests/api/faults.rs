//! What PagBank cannot be asked for.

use psp_simulator::Options;
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::client::{World, body, world, world_with};

/// What one POST came to, for a caller.
async fn outcome(world: &World, key: &str, request: &Value) -> String {
    match world.post(key, request).send().await {
        Err(_) => "cut".to_owned(),
        Ok(response) => {
            let status = response.status().as_u16();
            let retry_after = response.headers().contains_key("retry-after");
            let charge = response.json::<Value>().await;
            match charge {
                Err(_) => format!("{status} unreadable"),
                Ok(charge) if charge["status"].is_string() => {
                    format!("{status} {}", charge["amount"]["value"])
                }
                Ok(_) if retry_after => format!("{status} retry-after"),
                Ok(_) => status.to_string(),
            }
        }
    }
}

#[tokio::test]
async fn a_card_brings_about_its_faults_and_never_a_second_charge() {
    let world = world().await;
    let fine = "201 15000";
    for (alias, outcomes, charged) in [
        ("answer-lost", ["cut", fine, fine, fine], true),
        ("answer-always-lost", ["cut", "cut", "cut", "cut"], true),
        ("closed-then-fine", ["cut", "cut", fine, fine], true),
        ("always-closed", ["cut", "cut", "cut", "cut"], false),
        ("error-then-fine", ["500", "500", fine, fine], true),
        ("always-error", ["500", "500", "500", "500"], false),
        ("error-after-charge", ["500", fine, fine, fine], true),
        ("unavailable-then-fine", ["503 retry-after", "503 retry-after", fine, fine], true),
        ("throttled-then-fine", ["429 retry-after", "429 retry-after", fine, fine], true),
        (
            "always-throttled",
            ["429 retry-after", "429 retry-after", "429 retry-after", "429 retry-after"],
            false,
        ),
        ("unreadable", ["201 unreadable", fine, fine, fine], true),
        ("other-amount", ["201 15001", "201 15001", "201 15001", "201 15001"], true),
    ] {
        let mut request = body(alias);
        request["reference_id"] = json!(alias);
        for (attempt, expected) in outcomes.into_iter().enumerate() {
            assert_eq!(outcome(&world, alias, &request).await, expected, "{alias}, attempt {attempt}");
        }
        let (_, found) = world.get(&format!("/charges?reference_id={alias}")).await;
        let charges = found.as_array().unwrap();
        assert_eq!(charges.len(), usize::from(charged), "{alias}");
        assert!(
            charges.iter().all(|charge| charge["amount"]["value"] == 15000),
            "{alias}: GET tells the truth"
        );
    }
}

#[tokio::test]
async fn each_key_meets_the_passing_faults_anew() {
    let world = world_with(Options { failures: 1, ..Options::default() }).await;
    for key in ["key-1", "key-2"] {
        assert_eq!(outcome(&world, key, &body("error-then-fine")).await, "500", "{key}");
        assert_eq!(outcome(&world, key, &body("error-then-fine")).await, "201 15000", "{key}");
    }
}

#[tokio::test]
async fn a_slow_charge_is_made_before_its_answer_and_replayed_at_once() {
    let world = world_with(Options { slow_ms: 60_000, ..Options::default() }).await;
    let patient = tokio::spawn(world.post("key", &body("slow")).send());
    while world.get("/charges?reference_id=payment-1").await.1 == json!([]) {
        tokio::task::yield_now().await;
    }
    assert!(!patient.is_finished(), "charged, and not answered");
    patient.abort();
    let (status, charge) = world.charge("key", &body("slow")).await;
    assert_eq!((status, &charge["status"]), (StatusCode::CREATED, &json!("AUTHORIZED")));
}

#[tokio::test]
async fn attempts_tell_whether_a_charge_was_made_replayed_or_refused() {
    let world = world_with(Options { failures: 1, ..Options::default() }).await;
    for _ in 0..3 {
        world.charge("key", &body("throttled-then-fine")).await;
    }
    let expected =
        [json!({ "fault": "throttled" }), json!({ "created": "plain" }), json!({ "replayed": "plain" })];
    assert_eq!(world.attempts("payment-1").await, expected);
}
