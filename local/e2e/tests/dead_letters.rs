//! What could not be processed, from its poison to what a person does about it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests fail by panicking")]

use e2e::canary::{Card, Search};
use e2e::letters::{letter_about, poison};
use e2e::{Shop, ledger};
use gateway_domain::ReservationId;
use gateway_edge::SystemClock;
use gateway_ports::Clock as _;
use gateway_wire::topics;
use harness::Gateway;
use serde_json::{Value, json};

async fn letter(admin: &Gateway, origin: &Value) -> Value {
    letter_about(origin, async |path| admin.get(path).await.unwrap().expect(200).unwrap()).await
}

#[tokio::test]
async fn poison_is_shown_redriven_once_and_at_last_discarded() {
    let shop = Shop::open(1).await;
    let admin = shop.gateway.as_admin();
    let key = ReservationId::from_u128(SystemClock.ulid()).to_string();
    let topic = topics::PROCESS_PURCHASES;
    let listed = letter(&admin, &poison(&shop.endpoints, topic, &key, "no json").await).await;
    assert_eq!((&listed["state"], &listed["cause"]["code"]), (&json!("OPEN"), &json!("undecodable")));
    let path = listed["links"]["self"].as_str().unwrap().to_owned();
    let shown = admin.get(&path).await.unwrap().expect(200).unwrap();
    assert_eq!((&shown["key"], &shown["step"]), (&json!(key), &json!("process-payment")));

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
    let second = letter(&admin, to).await;
    let discard = format!("{}/discard", second["links"]["self"].as_str().unwrap());
    let refused = admin.post(&discard, &json!({})).await.unwrap();
    assert_eq!(refused.status, 422);
    let discarded = admin.post(&discard, &json!({ "reason": "a test's poison" })).await.unwrap();
    assert_eq!(discarded.expect(200).unwrap()["state"], "DISCARDED");
    let late = admin.post(&discard.replace("discard", "redrive"), &json!({})).await.unwrap();
    assert_eq!((late.status, late.text("/code")), (409, "dead_letter_closed"));
}

/// Whoever produced it: no table has the number, and nobody can send the record on.
#[tokio::test]
async fn a_card_number_in_a_poison_record_reaches_no_table() {
    let shop = Shop::open(1).await;
    let admin = shop.gateway.as_admin();
    let card = Card::fresh("in a poison record", "453962", 16);
    let key = ReservationId::from_u128(SystemClock.ulid()).to_string();
    let value =
        json!({ "produto": { "reserve_id": key }, "card": { "card_number": card.number } }).to_string();
    let listed = letter(&admin, &poison(&shop.endpoints, topics::ORDER_QUEUE, &key, &value).await).await;

    let mut search = Search::new(std::slice::from_ref(&card), &[]);
    for (table, row) in ledger::every_row(&ledger::connect(&shop.endpoints).await).await {
        search.look("rows", || table, &row);
    }
    assert!(search.looked_at("rows") > 0);
    assert_eq!(search.hits(), []);

    let path = listed["links"]["self"].as_str().unwrap();
    let shown = admin.get(path).await.unwrap().expect(200).unwrap();
    assert!(shown["what_to_do"].as_str().unwrap().contains("discard this letter"), "{shown}");
    let refused = admin.post(&format!("{path}/redrive"), &json!({})).await.unwrap();
    assert_eq!((refused.status, refused.text("/code")), (422, "not_redrivable"));
    assert!(refused.text("/detail").contains("a card number"), "{}", refused.body);
    let reason = json!({ "reason": "a test's poison" });
    let discarded = admin.post(&format!("{path}/discard"), &reason).await.unwrap();
    assert_eq!(discarded.expect(200).unwrap()["state"], "DISCARDED");
}
