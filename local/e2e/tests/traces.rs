//! A payment's trace, from the caller's headers to its last record.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests fail by panicking")]

use std::collections::HashSet;

use e2e::topics::{Mark, Seen};
use e2e::{SOON, Shop, eventually, ledger};
use gateway_edge::SystemClock;
use gateway_ports::Clock as _;
use gateway_wire::{TraceContext, topics};
use harness::card::{self, TestCard};
use serde_json::{Value, json};

const STATE: &str = "congo=t61rcWkgMzE,rojo=00f067aa0ba902b7";

/// A payment made as part of a trace.
struct Traced {
    shop: Shop,
    mark: Mark,
    caller: TraceContext,
    payment: Value,
}

async fn traced(card: TestCard) -> Traced {
    let shop = Shop::open(1).await;
    let mark = Mark::now(&shop.endpoints);
    let caller = TraceContext::root(SystemClock.ulid(), 0x00f0_67aa_0ba9_02b7).with_state(STATE);
    let reservation_id = shop.reserve().await;
    let body = shop.gateway.payment_body(&reservation_id, &shop.item, card);
    let headers = caller.to_headers();
    let headers: Vec<_> = headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let accepted = shop.gateway.pay_traced(&body, &headers).await.unwrap().expect(202).unwrap();
    let payment = shop.gateway.await_payment(accepted["id"].as_str().unwrap(), None, SOON).await.unwrap();
    Traced { shop, mark, caller, payment }
}

impl Traced {
    fn id(&self) -> &str {
        self.payment["id"].as_str().unwrap()
    }

    /// The payment's records, each of which must be part of the caller's trace, at a place of its own.
    fn records(&self) -> Vec<Seen> {
        let records = self.mark.records_about(self.id());
        let mut places = HashSet::from([self.caller.span_id]);
        for record in &records {
            let header = |name: &str| record.headers.get(name).map(String::as_str);
            let trace = TraceContext::from_headers(header).unwrap_or_else(|| panic!("no trace: {record:?}"));
            assert_eq!(trace, self.caller.at(trace.span_id), "{record:?}");
            assert!(places.insert(trace.span_id), "a place of its own: {record:?}");
        }
        records
    }
}

/// How many records stand in each topic, in the order of [`topics::ALL`].
fn counts(records: &[Seen]) -> [usize; 6] {
    topics::ALL.map(|topic| records.iter().filter(|record| record.topic == topic).count())
}

#[tokio::test]
async fn every_record_of_a_payment_is_part_of_its_callers_trace() {
    for (card, status, expected) in [
        (card::APPROVED, "AUTHORIZED", [1, 1, 1, 0, 0, 0]),
        (card::ERROR_THEN_FINE, "AUTHORIZED", [1, 3, 1, 2, 0, 0]),
    ] {
        let traced = traced(card).await;
        assert_eq!(traced.payment["status"], status, "{}", traced.payment);
        let records = traced.records();
        let found = counts(&records);
        let enough = found.iter().zip(expected).all(|(found, expected)| *found >= expected);
        assert!(enough, "{card:?}: {found:?} against {expected:?}: {records:?}");
    }
}

#[tokio::test]
async fn a_webhooks_result_is_part_of_the_payments_trace() {
    let traced = traced(card::ANALYSIS_APPROVED).await;
    let webhook = traced.records().into_iter().find(|record| record.value.contains("webhook"));
    assert!(webhook.is_some(), "told by the webhook");
}

#[tokio::test]
async fn a_dead_letter_and_its_redrive_are_part_of_the_payments_trace() {
    let traced = traced(card::ALWAYS_ERROR).await;
    let dead = traced.records();
    assert!(counts(&dead)[4] >= 1, "dead-lettered: {dead:?}");
    let ledger = ledger::connect(&traced.shop.endpoints).await;
    let admin = traced.shop.gateway.as_admin();
    let letter = eventually("the dead letter", async || {
        let list = admin.get("/dead-letters?limit=200").await.unwrap().expect(200).unwrap();
        list["items"].as_array().unwrap().iter().find(|letter| letter["payment_id"] == traced.id()).cloned()
    })
    .await;
    ledger::open_letters_of(&ledger, traced.id()).await;
    let path = format!("{}/redrive", letter["links"]["self"].as_str().unwrap());
    admin.post(&path, &json!({})).await.unwrap().expect(200).unwrap();
    let redriven: Vec<_> =
        traced.records().into_iter().filter(|record| record.headers.contains_key("redriven-from")).collect();
    assert_eq!(redriven.len(), 1, "{redriven:?}");
    assert_eq!(redriven[0].topic, topics::PAYMENT_RETRY);
}
