//! Each answer of the three routes, on the servers in memory.

use gateway_domain::begin::PaymentRequest;
use gateway_domain::card::{Brand, CardSummary, EncryptedCard};
use gateway_domain::charge::ChargeId;
use gateway_domain::reservation::ReserveCommand;
use gateway_domain::settle::Settlement;
use gateway_domain::{
    CardSecret, Money, PaymentId, ProductId, Quantity, ReservationId, Timestamp, UserId, Verdict,
};
use gateway_edge::http::HttpResponse;
use gateway_edge::http::testing::TestRequest;
use gateway_memory::attempts::MemoryPayments;
use gateway_memory::ledger::MemoryLedger;
use gateway_ports::attempts::{CardVault as _, NewPaymentItem};
use gateway_ports::catalogue::{Catalogue as _, NewProduct};
use gateway_ports::ledger::{Begin, BeginPayments as _, Settle, SettlePayments as _};
use gateway_ports::reservations::Reservations as _;
use gateway_wire::RecordOrigin;
use serde_json::{Value, json};
use tokio::time::{Duration, Instant};

use crate::Payments;

type Handler = Payments<MemoryLedger, MemoryPayments>;

/// Accepted at [`NOW`].
const PAYMENT: PaymentId = PaymentId::from_u128((1_795_426_200_000 << 80) | 9);
const RESERVATION: ReservationId = ReservationId::from_u128(2);
const PRODUCT: ProductId = ProductId::from_u128(1);
const NOW: Timestamp = Timestamp::from_millis(1_795_426_200_000);

fn ana() -> UserId {
    UserId::new("ana").unwrap()
}

fn origin(offset: i64) -> RecordOrigin {
    RecordOrigin { topic: "order_queue".into(), partition: 4, offset }
}

/// Ana's payment is accepted and has not begun.
async fn accepted() -> Handler {
    let handler = Payments { ledger: MemoryLedger::new(), pending: MemoryPayments::default() };
    let price = Money::from_units(500_000);
    let product = NewProduct { id: PRODUCT, name: "Mouse".into(), price, stock: 5 };
    handler.ledger.create(&product, NOW).await.unwrap();
    let (quantity, user_id) = (Quantity::new(1).unwrap(), ana());
    let command = ReserveCommand {
        reservation_id: RESERVATION,
        product_id: PRODUCT,
        user_id,
        quantity,
        price,
        total_price: price,
    };
    handler.ledger.reserve(&command, NOW.plus_millis(900_000), NOW).await.unwrap().unwrap();
    let item = NewPaymentItem {
        payment_id: PAYMENT,
        reservation_id: RESERVATION,
        user_id: ana(),
        amount: price,
        card_expires_at: NOW.plus_millis(1_800_000),
    };
    let card = CardSecret::Encrypted(EncryptedCard::new("YWJj".into()).ok().unwrap());
    handler.pending.put(&item, card).await.unwrap();
    handler
}

async fn begin(handler: &Handler) {
    let request = PaymentRequest {
        payment_id: PAYMENT,
        reservation_id: RESERVATION,
        product_id: PRODUCT,
        user_id: ana(),
        quantity: Quantity::new(1).unwrap(),
        amount: Money::from_units(500_000),
        card: Some(CardSummary { brand: Brand::Visa, bin: "453962".into(), last4: "2097".into() }),
        accepted_at: NOW,
    };
    handler.ledger.begin(&[Begin { request, origin: origin(7), trace: None }], NOW).await.unwrap();
}

async fn authorize(handler: &Handler) {
    let verdict =
        Verdict::Authorized { charge_id: ChargeId("CHAR_1".into()), authorization_code: None, card: None };
    let settle = Settle {
        payment_id: PAYMENT,
        attempt: 1,
        settlement: Settlement::Verdict(verdict),
        step: "settle-payment",
        learned_by: "charge",
        origin: Some(origin(8)),
    };
    handler.ledger.settle(&[settle], NOW.plus_millis(70)).await.unwrap();
}

fn get() -> TestRequest {
    TestRequest::to("GET /payments/{id}").path("id", PAYMENT)
}

fn events() -> TestRequest {
    TestRequest::to("GET /payments/{id}/events").path("id", PAYMENT)
}

fn json(response: &HttpResponse) -> Value {
    serde_json::from_str(&response.body).unwrap_or_else(|_| panic!("{response:?}"))
}

fn etag(response: &HttpResponse) -> String {
    response.headers["etag"].to_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_payment_is_shown_from_its_acceptance_to_its_end() {
    let handler = accepted().await;
    let pending = json(&get().send(&handler).await);
    assert_eq!((&pending["status"], &pending["events"]), (&json!("PENDING"), &json!([])));
    assert_eq!(pending["created_at"], "2026-11-23T09:30:00.000Z");
    begin(&handler).await;
    let response = get().send(&handler).await;
    assert_eq!(json(&response)["status"], "PROCESSING");
    assert_eq!(response.headers["retry-after"], "1");
    authorize(&handler).await;
    let response = get().send(&handler).await;
    let payment = json(&response);
    assert_eq!((&payment["status"], &payment["final"]), (&json!("AUTHORIZED"), &json!(true)));
    assert_eq!((&payment["charge_id"], &payment["card"]["last4"]), (&json!("CHAR_1"), &json!("2097")));
    assert!(response.body.contains(r#""amount":50.00"#), "{}", response.body);
    assert_eq!(payment["updated_at"], "2026-11-23T09:30:00.070Z");
    assert!(!response.headers.contains_key("retry-after"));
    let story: Vec<_> = payment["events"].as_array().unwrap().iter().map(|e| e["event"].as_str()).collect();
    assert_eq!(story, ["ACCEPTED", "PROCESSING", "AUTHORIZED"].map(Some));
    assert_eq!(
        payment["events"][0]["origin"],
        json!({ "topic": "order_queue", "partition": 4, "offset": 7 })
    );
    assert_eq!(json(&events().send(&handler).await)["items"], payment["events"]);
}

#[tokio::test]
async fn what_has_not_changed_is_not_sent_again() {
    let handler = accepted().await;
    let mut known = String::new();
    for (step, changed) in [(0, true), (0, false), (1, true), (1, false), (2, true), (2, false)] {
        match (step, changed) {
            (1, true) => begin(&handler).await,
            (2, true) => authorize(&handler).await,
            _ => {}
        }
        let response = get().header("if-none-match", &known).send(&handler).await;
        assert_eq!(response.status, if changed { 200 } else { 304 }, "{step} {known}");
        assert_eq!(response.body.is_empty(), !changed);
        known = etag(&response);
    }
}

#[tokio::test(start_paused = true)]
async fn a_wait_ends_when_the_payment_is_final() {
    let handler = accepted().await;
    let started = Instant::now();
    let change = async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        begin(&handler).await;
        tokio::time::sleep(Duration::from_secs(1)).await;
        authorize(&handler).await;
    };
    let (response, ()) = tokio::join!(get().query("wait", 20).send(&handler), change);
    assert_eq!(json(&response)["status"], "AUTHORIZED");
    assert!(started.elapsed() < Duration::from_millis(2_300), "{:?}", started.elapsed());
    get().query("wait", 20).send(&handler).await;
    assert!(started.elapsed() < Duration::from_millis(2_300), "a final payment is not waited for");
}

#[tokio::test(start_paused = true)]
async fn a_wait_with_a_known_tag_ends_with_any_change() {
    let handler = accepted().await;
    let known = etag(&get().send(&handler).await);
    let change = async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        begin(&handler).await;
    };
    let waiting = get().query("wait", 20).header("if-none-match", &known).send(&handler);
    let (response, ()) = tokio::join!(waiting, change);
    assert_eq!((response.status, &json(&response)["status"]), (200, &json!("PROCESSING")));
}

#[tokio::test(start_paused = true)]
async fn a_wait_ends_when_its_time_is_up() {
    let handler = accepted().await;
    let known = etag(&get().send(&handler).await);
    for (request, status) in
        [(get().query("wait", 3), 200), (get().query("wait", 3).header("if-none-match", &known), 304)]
    {
        let started = Instant::now();
        assert_eq!(request.send(&handler).await.status, status);
        assert_eq!(started.elapsed().as_secs(), 3);
    }
}

#[tokio::test]
async fn waits_have_a_bound() {
    let handler = accepted().await;
    for wait in ["21", "-1", "x"] {
        let response = get().query("wait", wait).send(&handler).await;
        assert_eq!((response.status, &json(&response)["code"]), (400, &json!("invalid_query")), "{wait}");
    }
}

#[tokio::test]
async fn a_payment_is_its_buyers_and_admins_to_see_begun_or_not() {
    let handler = accepted().await;
    for begun in [false, true] {
        if begun {
            begin(&handler).await;
        }
        for route in [get(), events()] {
            for (request, status) in [
                (route.clone().user("ana"), 200),
                (route.clone().admin("root"), 200),
                (route.clone().user("bia"), 403),
                (route.clone().without_token(), 401),
            ] {
                let response = request.clone().send(&handler).await;
                assert_eq!(response.status, status, "{begun} {request:?} {}", response.body);
            }
        }
    }
}

#[tokio::test]
async fn what_does_not_exist_is_not_found() {
    let handler = accepted().await;
    for id in ["x".to_owned(), PaymentId::from_u128(1).to_string()] {
        for route in ["GET /payments/{id}", "GET /payments/{id}/events"] {
            let response = TestRequest::to(route).path("id", &id).send(&handler).await;
            assert_eq!((response.status, &json(&response)["code"]), (404, &json!("payment_unknown")));
        }
    }
    assert_eq!(TestRequest::to("GET /other").send(&handler).await.status, 404);
}

#[tokio::test]
async fn the_sample_event_asks_for_a_payment_of_its_own() {
    let event = TestRequest::from_event(include_str!("../../../events/payments.json")).unwrap();
    let response = event.send(&accepted().await).await;
    assert_eq!((response.status, &json(&response)["code"]), (404, &json!("payment_unknown")));
}
