//! Each answer of the four routes, on the servers in memory.

use gateway_domain::{PaymentId, Timestamp};
use gateway_edge::http::HttpResponse;
use gateway_edge::http::testing::TestRequest;
use gateway_memory::clock::ManualClock;
use gateway_memory::ledger::MemoryLedger;
use gateway_memory::log::MemoryLog;
use gateway_ports::Clock as _;
use gateway_ports::dead_letters::{AdministerDeadLetters as _, DeadLetterRow, DeadLetters as _};
use gateway_ports::review::Reviewer;
use gateway_wire::{RecordOrigin, TraceContext, topics};
use serde_json::{Value, json};
use ulid::Ulid;

use crate::DeadLetters;

type Handler = DeadLetters<MemoryLedger, MemoryLog, ManualClock>;

const PAYMENT: PaymentId = PaymentId::from_u128(9);
const KEY: &str = "01M83VVAE004HMASW9NF6YY002";
const TRACE: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

fn trace() -> TraceContext {
    TraceContext::parse(TRACE).unwrap().with_state("congo=1")
}

/// Letter `number`, of the record at offset `number`; needs a person unless it is told otherwise.
fn row(number: u32) -> DeadLetterRow {
    let offset = i64::from(number);
    DeadLetterRow {
        id: u128::from(number),
        origin: RecordOrigin { topic: topics::PROCESS_PURCHASES.into(), partition: 2, offset },
        dlq: RecordOrigin { topic: topics::PAYMENT_DLQ.into(), partition: 0, offset },
        step: "process-payment".into(),
        cause_code: "undecodable".into(),
        cause_message: "Data error at line 1 column 3".into(),
        payment_id: Some(PAYMENT),
        attempts: Some(1),
        key: Some(KEY.into()),
        value: Some(format!("value {number}").into_bytes()),
        masked: false,
        trace: Some(trace()),
        resolution: None,
        created_at: Timestamp::from_millis(1_795_426_200_000 + offset),
    }
}

async fn with(rows: impl IntoIterator<Item = DeadLetterRow>) -> Handler {
    let clock = ManualClock::new(Timestamp::from_millis(1_795_426_300_000), 3);
    let handler = DeadLetters { ledger: MemoryLedger::new(), log: MemoryLog::default(), clock };
    for row in rows {
        handler.ledger.record(&row).await.unwrap();
    }
    handler
}

fn to(route: &str, number: u32) -> TestRequest {
    TestRequest::to(route).path("id", Ulid(number.into())).admin("root")
}

fn redrive(number: u32) -> TestRequest {
    to("POST /dead-letters/{id}/redrive", number)
}

fn discard(number: u32) -> TestRequest {
    to("POST /dead-letters/{id}/discard", number).body(json!({ "reason": "a test's record" }))
}

fn show(number: u32) -> TestRequest {
    to("GET /dead-letters/{id}", number)
}

fn json(response: &HttpResponse) -> Value {
    serde_json::from_str(&response.body).unwrap_or_else(|_| panic!("{response:?}"))
}

fn code(response: &HttpResponse) -> (u16, String) {
    (response.status, json(response)["code"].as_str().unwrap_or_default().to_owned())
}

fn replayed(response: &HttpResponse) -> bool {
    response.headers.contains_key("idempotent-replayed")
}

#[tokio::test]
async fn letters_are_listed_newest_first_page_by_page_and_by_state() {
    let closed = DeadLetterRow { resolution: Some("failed".into()), ..row(4) };
    let handler = with([row(1), row(2), row(3), closed]).await;
    let list = || TestRequest::to("GET /dead-letters").admin("root");
    let ids = |page: &Value| -> Vec<u128> {
        let items = page["items"].as_array().unwrap();
        items.iter().map(|item| item["id"].as_str().unwrap().parse::<Ulid>().unwrap().0).collect()
    };
    let first = json(&list().query("limit", 3).send(&handler).await);
    assert_eq!(ids(&first), [4, 3, 2]);
    let next = first["next"].as_str().unwrap();
    let second = json(&list().query("limit", 3).query("cursor", next).send(&handler).await);
    assert_eq!((ids(&second), &second["next"]), (vec![1], &Value::Null));
    let open = json(&list().query("state", "open").send(&handler).await);
    assert_eq!(ids(&open), [3, 2, 1]);
    for (name, value, expected) in [
        ("limit", "0", "invalid_query"),
        ("state", "gone", "invalid_query"),
        ("cursor", "x", "invalid_cursor"),
    ] {
        let response = list().query(name, value).send(&handler).await;
        assert_eq!(code(&response), (400, expected.to_owned()));
    }
}

#[tokio::test]
async fn a_letter_tells_where_it_came_from_why_and_what_to_do() {
    let value = include_bytes!("../../../events/golden/retry-requested-unknown.json").to_vec();
    let origin = RecordOrigin { topic: topics::PAYMENT_RETRY.into(), partition: 2, offset: 1 };
    let exhausted = DeadLetterRow {
        value: Some(value),
        origin,
        cause_code: "attempts_exhausted".into(),
        resolution: Some("in_review".into()),
        ..row(1)
    };
    let letter = json(&show(1).send(&with([exhausted]).await).await);
    assert_eq!(letter["origin"], json!({ "topic": "payment_retry", "partition": 2, "offset": 1 }));
    assert_eq!((&letter["state"], &letter["attempts"]), (&json!("OPEN"), &json!(1)));
    assert_eq!((&letter["key"], &letter["traceparent"]), (&json!(KEY), &json!(TRACE)));
    let causes = letter["causes"].as_array().unwrap();
    assert_eq!((&causes[0]["code"], causes.len()), (&json!("attempts_exhausted"), 2), "{causes:?}");
    assert!(letter["what_to_do"].as_str().unwrap().contains("/review"), "{letter}");
    assert_eq!(letter["links"]["payment"], format!("/payments/{PAYMENT}"));
}

#[tokio::test]
async fn what_looks_like_a_card_is_in_no_answer() {
    let number = "4539620659922097";
    let odd = DeadLetterRow {
        origin: RecordOrigin { topic: number.into(), partition: 0, offset: 1 },
        step: number.into(),
        cause_code: number.into(),
        cause_message: format!("card 4539 6206 5992 2097 and {number}"),
        key: Some(number.into()),
        value: Some(number.into()),
        ..row(1)
    };
    let handler = with([odd]).await;
    let reason = json!({ "reason": format!("the buyer's card is {number}") });
    for request in [
        show(1),
        TestRequest::to("GET /dead-letters").admin("root"),
        redrive(1),
        to("POST /dead-letters/{id}/discard", 1).body(reason),
        show(1),
    ] {
        let response = request.send(&handler).await;
        for hidden in [number, "4539 6206", "453962065992"] {
            assert!(!response.body.contains(hidden), "{}", response.body);
        }
    }
}

#[tokio::test]
async fn a_record_is_produced_again_once_as_it_was() {
    let handler = with([row(1)]).await;
    let first = redrive(1).send(&handler).await;
    let again = redrive(1).send(&handler).await;
    assert_eq!((first.status, replayed(&first)), (200, false));
    assert_eq!((again.status, replayed(&again)), (200, true));
    assert_eq!(first.body, again.body);
    let [logged]: [_; 1] = handler.log.records(topics::PROCESS_PURCHASES).try_into().unwrap();
    assert_eq!((logged.record.key.as_str(), logged.record.value.as_slice()), (KEY, b"value 1".as_slice()));
    let header = |name: &str| {
        logged.record.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    };
    assert_eq!(header("redriven-from"), Some(Ulid(1).to_string().as_str()));
    let carried = TraceContext::from_headers(header).unwrap();
    assert_eq!(carried, trace().at(carried.span_id), "the payment's trace goes on");
    assert_ne!(carried.span_id, trace().span_id);
    let letter = json(&first);
    assert_eq!((&letter["state"], &letter["act"]["by"]), (&json!("REDRIVEN"), &json!("root")));
    assert_eq!(letter["redriven_to"]["offset"], logged.at.offset);
}

#[tokio::test]
async fn a_crash_between_producing_and_marking_is_redriven_again_when_the_claim_has_lapsed() {
    let handler = with([row(1)]).await;
    let by = Reviewer { user: "root".into(), reason: String::new() };
    let crashed = handler.ledger.claim_redrive(1, &by, handler.clock.now(), 45_000).await.unwrap();
    assert!(crashed.is_some());
    let waiting = redrive(1).send(&handler).await;
    assert_eq!(code(&waiting), (409, "redrive_in_progress".to_owned()));
    assert_eq!(waiting.headers["retry-after"], "45");
    handler.clock.advance_millis(45_000);
    assert_eq!(redrive(1).send(&handler).await.status, 200);
    assert_eq!(handler.log.records(topics::PROCESS_PURCHASES).len(), 1);
}

#[tokio::test]
async fn what_kafka_does_not_take_can_be_redriven_later() {
    let handler = with([row(1)]).await;
    handler.log.fail_next(1, "no leader");
    assert_eq!(code(&redrive(1).send(&handler).await), (503, "unavailable".to_owned()));
    handler.clock.advance_millis(45_000);
    assert_eq!(redrive(1).send(&handler).await.status, 200);
}

#[tokio::test]
async fn what_kafka_did_not_take_can_be_discarded_when_the_claim_has_lapsed() {
    let handler = with([row(1)]).await;
    handler.log.fail_next(1, "message too large");
    assert_eq!(redrive(1).send(&handler).await.status, 503);
    let early = discard(1).send(&handler).await;
    assert_eq!(code(&early), (409, "dead_letter_closed".to_owned()));
    assert!(early.body.contains("may be at work"), "{}", early.body);
    handler.clock.advance_millis(45_000);
    assert_eq!(discard(1).send(&handler).await.status, 200);
    assert_eq!(code(&redrive(1).send(&handler).await), (409, "dead_letter_closed".to_owned()));
    assert!(handler.log.records(topics::PROCESS_PURCHASES).is_empty());
}

#[tokio::test]
async fn a_letter_waits_for_an_earlier_one_of_its_key() {
    let handler = with([row(1), row(2)]).await;
    let refused = redrive(2).send(&handler).await;
    assert_eq!(code(&refused), (409, "earlier_letter_open".to_owned()));
    assert!(refused.body.contains(&Ulid(1).to_string()), "{}", refused.body);
    for number in [1, 2] {
        assert_eq!(redrive(number).send(&handler).await.status, 200);
    }
    let produced = handler.log.records(topics::PROCESS_PURCHASES);
    let values: Vec<_> = produced.iter().map(|logged| logged.record.value.as_slice()).collect();
    assert_eq!(values, [b"value 1", b"value 2"]);
}

#[tokio::test]
async fn what_is_decided_stays_so() {
    let closed = DeadLetterRow { resolution: Some("settled".into()), key: None, ..row(2) };
    let handler = with([row(1), closed]).await;
    let discarded = discard(1).send(&handler).await;
    assert_eq!((discarded.status, &json(&discarded)["act"]["reason"]), (200, &json!("a test's record")));
    assert!(replayed(&discard(1).send(&handler).await));
    for request in [redrive(1), redrive(2), discard(2)] {
        assert_eq!(code(&request.send(&handler).await), (409, "dead_letter_closed".to_owned()));
    }
    assert!(handler.log.records(topics::PROCESS_PURCHASES).is_empty());
}

#[tokio::test]
async fn what_cannot_be_as_it_was_is_not_redriven() {
    let from = |topic: &str| RecordOrigin { topic: topic.into(), partition: 0, offset: 1 };
    for (odd, why) in [
        (DeadLetterRow { origin: from("elsewhere"), ..row(1) }, "topic"),
        (DeadLetterRow { origin: from(topics::PAYMENT_DLQ), ..row(1) }, "topic"),
        (DeadLetterRow { value: None, ..row(1) }, "no value is kept of it"),
        (DeadLetterRow { key: Some(vec![255]), ..row(1) }, "key"),
        (DeadLetterRow { masked: true, ..row(1) }, "discard this letter"),
    ] {
        let handler = with([odd]).await;
        let response = redrive(1).send(&handler).await;
        assert_eq!(code(&response), (422, "not_redrivable".to_owned()));
        assert!(response.body.contains(why), "{}", response.body);
        let advice = json(&show(1).send(&handler).await)["what_to_do"].to_string();
        assert!(advice.contains("cannot be redriven"), "{advice}");
    }
}

#[tokio::test]
async fn a_discard_needs_its_reason() {
    let handler = with([row(1)]).await;
    for body in [json!({}), json!({ "reason": " " }), json!({ "reason": 7 })] {
        let response = to("POST /dead-letters/{id}/discard", 1).body(body).send(&handler).await;
        assert_eq!(code(&response), (422, "invalid_request".to_owned()));
    }
}

#[tokio::test]
async fn only_admins_see_or_do_anything() {
    let handler = with([row(1)]).await;
    for route in [
        "GET /dead-letters",
        "GET /dead-letters/{id}",
        "POST /dead-letters/{id}/redrive",
        "POST /dead-letters/{id}/discard",
    ] {
        let request = || TestRequest::to(route).path("id", Ulid(1)).body(json!({ "reason": "x" }));
        assert_eq!(request().user("ana").send(&handler).await.status, 403, "{route}");
        assert_eq!(request().without_token().send(&handler).await.status, 401, "{route}");
    }
    for route in ["GET /dead-letters/{id}", "POST /dead-letters/{id}/redrive"] {
        for id in ["x".to_owned(), Ulid(8).to_string()] {
            let response = TestRequest::to(route).path("id", id).admin("root").send(&handler).await;
            assert_eq!(code(&response), (404, "dead_letter_unknown".to_owned()), "{route}");
        }
    }
    assert!(handler.log.records(topics::PROCESS_PURCHASES).is_empty());
}

#[tokio::test]
async fn the_sample_event_lists_open_letters() {
    let event = TestRequest::from_event(include_str!("../../../events/dead-letters.json")).unwrap();
    let response = event.send(&with([row(1)]).await).await;
    assert_eq!((response.status, json(&response)["items"].as_array().unwrap().len()), (200, 1));
}
