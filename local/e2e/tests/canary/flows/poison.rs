//! A record that no step can read, and what becomes of it.

use e2e::letters::{letter_about, poison};
use gateway_wire::topics;
use serde_json::{Value, json};

use super::{Play, Stage};

/// Shown, redriven, and discarded when it comes back.
pub async fn play(stage: &Stage, play: &mut Play) {
    // The key of a payment that has a card, so that its letters would be where the card's could be.
    let (payment_id, _) = play.payments.first().unwrap().clone();
    let key = stage.get(&format!("/payments/{payment_id}")).await.text("/reserve_id").to_owned();
    let topic = topics::PROCESS_PURCHASES;
    let origin = poison(&stage.shop.endpoints, topic, &key, "no JSON at all").await;
    let first = letter(stage, &origin).await;
    let redriven = act(stage, &first, "redrive").await;
    let to = &redriven["redriven_to"];
    let origin = json!({ "topic": topic, "partition": to["partition"], "offset": to["offset"] });
    act(stage, &letter(stage, &origin).await, "discard").await;
}

async fn act(stage: &Stage, letter: &Value, what: &str) -> Value {
    let path = letter["links"]["self"].as_str().unwrap();
    let admin = stage.shop.gateway.as_admin();
    stage.keep(admin.get(path).await);
    let body = json!({ "reason": "a test's poison" });
    let answer = stage.keep(admin.post(&format!("{path}/{what}"), &body).await);
    answer.expect(200).unwrap()
}

async fn letter(stage: &Stage, origin: &Value) -> Value {
    let admin = stage.shop.gateway.as_admin();
    letter_about(origin, async |path| stage.keep(admin.get(path).await).body).await
}
