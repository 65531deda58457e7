//! Poison, and the dead letters that tell of it.

use gateway_kafka::{KafkaConfig, KafkaLog};
use gateway_ports::log::{Delivered, MessageLog as _, OutgoingRecord};
use harness::Endpoints;
use serde_json::{Value, json};

use crate::eventually;

/// Produces a record as it is; where it stands, as a letter's `origin` names it.
pub async fn poison(endpoints: &Endpoints, topic: &'static str, key: &str, value: &str) -> Value {
    let log = KafkaLog::new(KafkaConfig::plain(endpoints.kafka.clone())).unwrap();
    let record = OutgoingRecord { topic, key: key.to_owned(), value: value.into(), headers: vec![] };
    let Delivered { partition, offset } = log.produce(vec![record]).await.remove(0).unwrap();
    json!({ "topic": topic, "partition": partition, "offset": offset })
}

/// The letter about the record at `origin`, once it is there; `get` asks for a page.
pub async fn letter_about(origin: &Value, get: impl AsyncFn(&str) -> Value) -> Value {
    eventually("the dead letter", async || {
        let mut path = "/dead-letters?limit=200".to_owned();
        loop {
            let page = get(&path).await;
            let found = page["items"].as_array()?.iter().find(|letter| letter["origin"] == *origin);
            if let Some(letter) = found {
                return Some(letter.clone());
            }
            path = format!("/dead-letters?limit=200&cursor={}", page["next"].as_str()?);
        }
    })
    .await
}
