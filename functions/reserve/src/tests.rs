//! Each answer of the three routes, on the ledger in memory.

use gateway_domain::begin::PaymentRequest;
use gateway_domain::card::{Brand, CardSummary};
use gateway_domain::{Money, PaymentId, ProductId, Quantity, ReservationId, Timestamp, UserId};
use gateway_edge::http::HttpResponse;
use gateway_edge::http::testing::TestRequest;
use gateway_memory::clock::ManualClock;
use gateway_memory::ledger::MemoryLedger;
use gateway_ports::Clock as _;
use gateway_ports::catalogue::{Catalogue as _, NewProduct};
use gateway_ports::ledger::{Begin, BeginPayments as _};
use gateway_wire::RecordOrigin;
use gateway_wire::http::ReservationBody;
use serde_json::{Value, json};

use crate::Reserve;

const PRODUCT: ProductId = ProductId::from_u128(1);

async fn shop() -> Reserve<MemoryLedger, ManualClock> {
    let clock = ManualClock::new(Timestamp::from_millis(1_795_426_200_000), 7);
    let ledger = MemoryLedger::new();
    let mouse = NewProduct { id: PRODUCT, name: "Mouse".into(), price: money("50.00"), stock: 5 };
    ledger.create(&mouse, clock.now()).await.unwrap();
    Reserve { ledger, clock, reservation_life_ms: 900_000 }
}

fn money(text: &str) -> Money {
    text.parse().unwrap()
}

fn wish() -> Value {
    json!({ "product_id": PRODUCT.to_string(), "user_id": "ana", "quantity": 2, "price": 50.00, "total_price": "100.00" })
}

fn reserve(body: &Value) -> TestRequest {
    TestRequest::to("POST /reserve").body(body)
}

fn show(id: &str) -> TestRequest {
    TestRequest::to("GET /reservations/{id}").path("id", id)
}

fn release(id: &str) -> TestRequest {
    TestRequest::to("DELETE /reservations/{id}").path("id", id)
}

fn json(response: &HttpResponse) -> Value {
    serde_json::from_str(&response.body).unwrap()
}

async fn reserved(shop: &Reserve<MemoryLedger, ManualClock>) -> ReservationBody {
    let response = reserve(&wish()).send(shop).await;
    assert_eq!(response.status, 201, "{}", response.body);
    serde_json::from_str(&response.body).unwrap()
}

/// Takes the reservation to PAYING.
async fn pay(shop: &Reserve<MemoryLedger, ManualClock>, id: ReservationId) {
    let request = PaymentRequest {
        payment_id: PaymentId::from_u128(9),
        reservation_id: id,
        product_id: PRODUCT,
        user_id: UserId::new("ana").unwrap(),
        quantity: Quantity::new(2).unwrap(),
        amount: money("100.00"),
        card: Some(CardSummary { brand: Brand::Visa, bin: "453962".into(), last4: "2097".into() }),
        accepted_at: shop.clock.now(),
    };
    let origin = RecordOrigin { topic: "order_queue".into(), partition: 0, offset: 0 };
    shop.ledger.begin(&[Begin { request, origin, trace: None }], shop.clock.now()).await.unwrap();
}

#[tokio::test]
async fn a_reservation_is_made_shown_and_given_back() {
    let shop = shop().await;
    let response = reserve(&wish()).send(&shop).await;
    let made: ReservationBody = serde_json::from_str(&response.body).unwrap();
    assert_eq!(response.status, 201);
    assert_eq!(response.headers["location"], format!("/reservations/{}", made.id).as_str());
    assert!(response.body.contains(r#""total_price":100.00"#), "{}", response.body);
    assert_eq!(json(&response)["expires_at"], "2026-11-23T09:45:00.000Z");
    let id = made.id.to_string();
    assert_eq!(json(&show(&id).send(&shop).await)["status"], "HELD");
    for _ in 0..2 {
        assert_eq!(release(&id).send(&shop).await.status, 204);
    }
    assert_eq!(json(&show(&id).send(&shop).await)["status"], "RELEASED");
    assert_eq!(shop.ledger.product(PRODUCT).await.unwrap().unwrap().available, 5);
}

#[tokio::test]
async fn a_wish_that_cannot_be_granted_is_refused_by_code() {
    let shop = shop().await;
    let unknown = ProductId::from_u128(2).to_string();
    for (field, value, status, code, pointer) in [
        ("product_id", json!(unknown), 404, "product_unknown", ""),
        ("product_id", json!("x"), 422, "invalid_id", "/product_id"),
        ("product_id", Value::Null, 422, "required", "/product_id"),
        ("user_id", json!("two words"), 422, "invalid_user_id", "/user_id"),
        ("user_id", Value::Null, 422, "user_id_required", ""),
        ("quantity", json!(0), 422, "invalid_quantity", "/quantity"),
        ("quantity", json!(101), 422, "invalid_quantity", "/quantity"),
        ("quantity", json!(1), 422, "total_differs", "/total_price"),
        ("price", json!("0"), 422, "invalid_amount", "/price"),
        ("price", json!("50.00001"), 422, "invalid_amount", "/price"),
        ("price", json!("49.99"), 422, "price_differs", "/price"),
        ("total_price", json!("-100"), 422, "invalid_amount", "/total_price"),
        ("total_price", json!("99.99"), 422, "total_differs", "/total_price"),
    ] {
        let mut body = wish();
        body[field] = value;
        let response = reserve(&body).send(&shop).await;
        let problem = json(&response);
        let error = problem["errors"].get(0).unwrap_or(&problem);
        assert_eq!((response.status, error["code"].as_str()), (status, Some(code)), "{field}: {problem}");
        assert_eq!(error["pointer"].as_str().unwrap_or_default(), pointer, "{field}: {problem}");
    }
}

#[tokio::test]
async fn everything_wrong_is_told_at_once() {
    let response = reserve(&json!({ "quantity": 0, "price": "x" })).send(&shop().await).await;
    let problem = json(&response);
    let pointers: Vec<_> =
        problem["errors"].as_array().unwrap().iter().map(|e| e["pointer"].as_str()).collect();
    assert_eq!(pointers, ["/product_id", "/quantity", "/price", "/total_price"].map(Some));
}

#[tokio::test]
async fn what_is_not_in_stock_is_refused() {
    let shop = shop().await;
    for expected in [201, 201, 409] {
        let response = reserve(&wish()).send(&shop).await;
        assert_eq!(response.status, expected, "{}", response.body);
    }
    assert_eq!(json(&reserve(&wish()).send(&shop).await)["code"], "out_of_stock");
}

#[tokio::test]
async fn bodies_that_cannot_be_read_are_refused() {
    let shop = shop().await;
    for (body, status, code) in
        [("{", 400, "invalid_json"), ("[]", 422, "invalid_shape"), ("", 400, "invalid_json")]
    {
        let response = TestRequest::to("POST /reserve").body(body).send(&shop).await;
        assert_eq!((response.status, json(&response)["code"].as_str()), (status, Some(code)), "{body}");
    }
}

#[tokio::test]
async fn a_reservation_is_its_owners_and_admins_to_see() {
    let shop = shop().await;
    let id = reserved(&shop).await.id.to_string();
    for (request, status) in [
        (show(&id).user("ana"), 200),
        (show(&id).admin("root"), 200),
        (show(&id).user("bia"), 403),
        (show(&id).without_token(), 401),
        (release(&id).user("bia"), 403),
        (release(&id).user("ana"), 204),
        (reserve(&wish()).user("bia"), 403),
    ] {
        let response = request.clone().send(&shop).await;
        assert_eq!(response.status, status, "{request:?} {}", response.body);
    }
}

#[tokio::test]
async fn what_does_not_exist_is_not_found() {
    let shop = shop().await;
    for id in ["x", &ReservationId::from_u128(99).to_string()] {
        for request in [show(id), release(id)] {
            let response = request.send(&shop).await;
            assert_eq!(
                (response.status, json(&response)["code"].as_str()),
                (404, Some("reservation_unknown"))
            );
        }
    }
    assert_eq!(TestRequest::to("GET /other").send(&shop).await.status, 404);
}

#[tokio::test]
async fn a_reservation_being_paid_cannot_be_given_back() {
    let shop = shop().await;
    let id = reserved(&shop).await.id;
    pay(&shop, id).await;
    let response = release(&id.to_string()).send(&shop).await;
    assert_eq!((response.status, json(&response)["code"].as_str()), (409, Some("payment_in_progress")));
    let shown = json(&show(&id.to_string()).send(&shop).await);
    assert_eq!(shown["links"]["payment"], format!("/payments/{}", PaymentId::from_u128(9)));
}

#[tokio::test]
async fn the_sample_event_is_a_wish_that_can_be_granted() {
    let shop = shop().await;
    let mouse = "01JB3Q00000000000000000002".parse().unwrap();
    let product = NewProduct { id: mouse, name: "Mouse".into(), price: money("50.00"), stock: 100 };
    shop.ledger.create(&product, shop.clock.now()).await.unwrap();
    let event = TestRequest::from_event(include_str!("../../../events/reserve.json")).unwrap();
    let response = event.send(&shop).await;
    assert_eq!(response.status, 201, "{}", response.body);
}
