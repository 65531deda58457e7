//! What could not be processed, from its poison to what a person does about it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests fail by panicking")]

use e2e::{Shop, eventually};
use gateway_domain::ReservationId;
use gateway_edge::SystemClock;
use gateway_kafka::{KafkaConfig, KafkaLog};
use gateway_ports::Clock as _;
use gateway_ports::log::{Delivered, MessageLog as _, OutgoingRecord};
use gateway_wire::topics;
use harness::Gateway;
use serde_json::{Value, json};

/// A record that no step can read; where it stands.
async fn poison(shop: &Shop, key: &str) -> Delivered {
    let brokers = shop.endpoints.kafka.clone();
    let config = KafkaConfig::from_env(|name| match name {
        "KAFKA_BOOTSTRAP_SERVERS" => Some(brokers.clone()),
        "KAFKA_SECURITY" => Some("plain".to_owned()),
        _ => None,
    });
    let log = KafkaLog::new(config.unwrap()).unwrap();
    let value = b"no json: 4539620659922097".to_vec();
    let record = OutgoingRecord { topic: topics::PROCESS_PURCHASES, key: key.into(), value, headers: vec![] };
    log.produce(vec![record]).await.remove(0).unwrap()
}

/// The letter about a record of `process-purchases`, once it is there.
async fn letter(admin: &Gateway, at: Delivered) -> Value {
    let origin =
        json!({ "topic": topics::PROCESS_PURCHASES, "partition": at.partition, "offset": at.offset });
    eventually("the dead letter", async || {
        let mut path = "/dead-letters?limit=200".to_owned();
        loop {
            let page = admin.get(&path).await.unwrap().expect(200).unwrap();
            let found = page["items"].as_array().unwrap().iter().find(|letter| letter["origin"] == origin);
            if let Some(letter) = found {
                return Some(letter.clone());
            }
            path = format!("/dead-letters?limit=200&cursor={}", page["next"].as_str()?);
        }
    })
    .await
}

#[tokio::test]
async fn poison_is_shown_redriven_once_and_at_last_discarded() {
    let shop = Shop::open(1).await;
    let admin = shop.gateway.as_admin();
    let key = ReservationId::from_u128(SystemClock.ulid()).to_string();
    let listed = letter(&admin, poison(&shop, &key).await).await;
    assert_eq!((&listed["state"], &listed["cause"]["code"]), (&json!("OPEN"), &json!("undecodable")));
    let path = listed["links"]["self"].as_str().unwrap().to_owned();
    let shown = admin.get(&path).await.unwrap().expect(200).unwrap();
    assert_eq!((&shown["key"], &shown["step"]), (&json!(key), &json!("process-payment")));
    assert!(!shown.to_string().contains("4539620659922097"), "{shown}");

    let redrive = async || admin.post(&format!("{path}/redrive"), &json!({})).await.unwrap();
    let first = redrive().await;
    assert!(!first.headers.contains_key("idempotent-replayed"));
    let first = first.expect(200).unwrap();
    let again = redrive().await;
    assert!(again.headers.contains_key("idempotent-replayed"));
    assert_eq!(again.expect(200).unwrap(), first);
    assert_eq!(
        first["redriven_to"]["partition"], listed["origin"]["partition"],
        "behind the others of its key"
    );

    let to = &first["redriven_to"];
    let partition = i32::try_from(to["partition"].as_i64().unwrap()).unwrap();
    let second = letter(&admin, Delivered { partition, offset: to["offset"].as_i64().unwrap() }).await;
    let discard = format!("{}/discard", second["links"]["self"].as_str().unwrap());
    let refused = admin.post(&discard, &json!({})).await.unwrap();
    assert_eq!(refused.status, 422);
    let discarded = admin.post(&discard, &json!({ "reason": "a test's poison" })).await.unwrap();
    assert_eq!(discarded.expect(200).unwrap()["state"], "DISCARDED");
    let late = admin.post(&discard.replace("discard", "redrive"), &json!({})).await.unwrap();
    assert_eq!((late.status, late.text("/code")), (409, "dead_letter_closed"));
}
