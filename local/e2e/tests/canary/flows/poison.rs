//! A record that no step can read, and what becomes of it.

use e2e::eventually;
use gateway_kafka::{KafkaConfig, KafkaLog};
use gateway_ports::log::{MessageLog as _, OutgoingRecord};
use gateway_wire::topics;
use serde_json::{Value, json};

use super::{Play, Stage};

/// Shown, redriven, and discarded when it comes back.
pub async fn play(stage: &Stage, play: &mut Play) {
    // The key of a payment that has a card, so that its letters would be where the card's could be.
    let (payment_id, _) = play.payments.first().unwrap().clone();
    let key = stage.get(&format!("/payments/{payment_id}")).await.text("/reserve_id").to_owned();
    let brokers = stage.shop.endpoints.kafka.clone();
    let config = KafkaConfig::from_env(|name| match name {
        "KAFKA_BOOTSTRAP_SERVERS" => Some(brokers.clone()),
        "KAFKA_SECURITY" => Some("plain".to_owned()),
        _ => None,
    });
    let log = KafkaLog::new(config.unwrap()).unwrap();
    let (topic, value) = (topics::PROCESS_PURCHASES, b"no JSON at all".to_vec());
    let record = OutgoingRecord { topic, key, value, headers: vec![] };
    let at = log.produce(vec![record]).await.remove(0).unwrap();
    let first =
        letter(stage, json!({ "topic": topic, "partition": at.partition, "offset": at.offset })).await;
    let redriven = act(stage, &first, "redrive").await;
    let to = &redriven["redriven_to"];
    let origin = json!({ "topic": topic, "partition": to["partition"], "offset": to["offset"] });
    act(stage, &letter(stage, origin).await, "discard").await;
}

async fn act(stage: &Stage, letter: &Value, what: &str) -> Value {
    let path = letter["links"]["self"].as_str().unwrap();
    let admin = stage.shop.gateway.as_admin();
    stage.keep(admin.get(path).await);
    let body = json!({ "reason": "a test's poison" });
    let answer = stage.keep(admin.post(&format!("{path}/{what}"), &body).await);
    answer.expect(200).unwrap()
}

async fn letter(stage: &Stage, origin: Value) -> Value {
    eventually("the dead letter", async || {
        let mut path = "/dead-letters?limit=200".to_owned();
        loop {
            let page = stage.keep(stage.shop.gateway.as_admin().get(&path).await).body;
            let found = page["items"].as_array()?.iter().find(|letter| letter["origin"] == origin);
            if let Some(letter) = found {
                return Some(letter.clone());
            }
            path = format!("/dead-letters?limit=200&cursor={}", page["next"].as_str()?);
        }
    })
    .await
}
