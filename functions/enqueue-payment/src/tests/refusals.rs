//! What is accepted, and every way of being refused.

use gateway_domain::PaymentId;
use gateway_edge::TraceContext;
use gateway_edge::http::testing::TestRequest;
use gateway_ports::reservations::Reservations as _;
use gateway_wire::topics;
use serde_json::{Value, json};

use super::world::{RESERVATION, World, accepted, body, json, orchestrate, pay, queued, world};

/// With `value` at `pointer` the body is refused, for that and nothing else.
async fn expect_fault(world: &World, mut body: Value, pointer: &str, value: Value, code: &str) {
    *body.pointer_mut(pointer).unwrap() = value.clone();
    let response = pay(&body, None).send(world).await;
    let problem = json(&response);
    let errors = problem["errors"].as_array().unwrap();
    assert_eq!((response.status, errors.len()), (422, 1), "{pointer} {value}: {problem}");
    assert_eq!((&errors[0]["pointer"], &errors[0]["code"]), (&json!(pointer), &json!(code)), "{problem}");
}

#[tokio::test]
async fn a_payment_is_accepted_vaulted_and_queued() {
    let world = world().await;
    let response = pay(&body(), None).send(&world).await;
    let answer = json(&response);
    let id: PaymentId = answer["id"].as_str().unwrap().parse().unwrap();
    assert_eq!(response.status, 202);
    assert_eq!(response.headers["location"], format!("/payments/{id}").as_str());
    assert_eq!(response.headers["retry-after"], "1");
    assert_eq!((&answer["status"], &answer["currency"]), (&json!("PENDING"), &json!("BRL")));
    assert!(response.body.contains(r#""amount":100.00"#), "{}", response.body);
    assert_eq!(answer["card"], json!({ "brand": "visa", "last4": "2097" }));
    assert_eq!(answer["created_at"], "2026-11-23T09:30:00.000Z");
    assert_eq!(answer["links"]["self"], format!("/payments/{id}"));
    assert!(world.claims.vault.inner.has_card(id));
    let [message]: [_; 1] = queued(&world).try_into().unwrap();
    assert_eq!((message.payment_id, message.reservation_id, message.quantity), (id, RESERVATION, 2));
    assert_eq!(message.card.as_ref().map(|card| card.bin.as_str()), Some("453962"));
    assert_eq!(world.log.inner.records(topics::ORDER_QUEUE)[0].record.key, RESERVATION.to_string());
}

#[tokio::test]
async fn the_requests_trace_goes_on_in_the_record() {
    let world = world().await;
    let trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    let request = pay(&body(), None).header("traceparent", trace).header("tracestate", "congo=1");
    request.send(&world).await;
    let headers = &world.log.inner.records(topics::ORDER_QUEUE)[0].record.headers;
    let header = |name: &str| headers.iter().find(|(key, _)| key == name).map(|(_, text)| text.as_str());
    let carried = TraceContext::from_headers(header).unwrap();
    let sent = TraceContext::parse(trace).unwrap().with_state("congo=1");
    assert_eq!(carried, sent.at(carried.span_id));
    assert_ne!(carried.span_id, sent.span_id);
}

#[tokio::test]
async fn an_encrypted_card_is_accepted_without_anything_being_known_of_it() {
    let world = world().await;
    let mut body = body();
    body["card"] = encrypted();
    let response = pay(&body, None).send(&world).await;
    assert_eq!(response.status, 202, "{}", response.body);
    assert_eq!(json(&response).get("card"), None);
    assert_eq!(queued(&world)[0].card, None);
}

/// As PagBank's browser SDK gives it, with what PagBank wants beside it.
fn encrypted() -> Value {
    json!({ "encrypted": "aGVsbG8=", "holder": { "name": "Jose da Silva", "tax_id": "529.982.247-25" } })
}

#[tokio::test]
async fn faults_of_an_encrypted_card_are_told_by_pointer_and_code() {
    let world = world().await;
    for (pointer, value, code) in [
        ("/card/encrypted", Value::Null, "required"),
        ("/card/encrypted", json!(7), "invalid_encrypted_card"),
        ("/card/encrypted", json!(""), "invalid_encrypted_card"),
        ("/card/encrypted", json!("not base64!"), "invalid_encrypted_card"),
        ("/card/encrypted", json!("A".repeat(2052)), "invalid_encrypted_card"),
        ("/card/holder", Value::Null, "required"),
        ("/card/holder", json!("Jose"), "invalid_object"),
        ("/card/holder", json!({ "tax_id": "52998224725" }), "invalid_holder_name"),
        ("/card/holder", json!({ "name": "", "tax_id": "52998224725" }), "invalid_holder_name"),
        (
            "/card/holder",
            json!({ "name": "4539620659922097", "tax_id": "52998224725" }),
            "invalid_holder_name",
        ),
        ("/card/holder", json!({ "name": "Jose" }), "invalid_tax_id"),
        ("/card/holder", json!({ "name": "Jose", "tax_id": "52998224724" }), "invalid_tax_id"),
    ] {
        let mut body = body();
        body["card"] = encrypted();
        expect_fault(&world, body, pointer, value, code).await;
    }
    assert!(queued(&world).is_empty());
}

#[tokio::test]
async fn every_test_card_of_the_psp_is_accepted_in_each_form_of_its_expiry() {
    for (number, code) in [
        ("4539620659922097", "123"),
        ("4929291898380766", "123"),
        ("5240082975622454", "123"),
        ("5530062640663264", "123"),
        ("345817690311361", "1234"),
        ("4514161122113757", "123"),
        ("6062828598919021", "123"),
    ] {
        for (month, year) in [(json!("12"), json!("2030")), (json!(12), json!(30)), (json!("1"), json!("27"))]
        {
            let mut body = body();
            body["card"] = json!({
                "card_number": number, "card_security_code": code,
                "card_exp_month": month, "card_exp_year": year,
            });
            let response = pay(&body, None).send(&world().await).await;
            assert_eq!(response.status, 202, "{number} {month}/{year}: {}", response.body);
        }
    }
}

#[tokio::test]
async fn fields_at_fault_are_told_by_pointer_and_code() {
    let world = world().await;
    for (pointer, value, code) in [
        ("/produto", Value::Null, "required"),
        ("/produto", json!([]), "invalid_object"),
        ("/produto/reserve_id", json!("x"), "invalid_id"),
        ("/produto/product_id", Value::Null, "required"),
        ("/produto/user_id", json!("a b"), "invalid_user_id"),
        ("/produto/quantity", json!(101), "invalid_quantity"),
        ("/produto/price", json!("50.00001"), "invalid_amount"),
        ("/produto/total_price", json!(0), "invalid_amount"),
        ("/produto/total_price", json!(99.99), "total_differs"),
        ("/card", Value::Null, "required"),
        ("/card/card_number", json!("4539620659922098"), "invalid_card_number"),
        ("/card/card_number", Value::Null, "required"),
        ("/card/card_exp_month", json!(13), "invalid_card_expiry"),
        ("/card/card_exp_month", json!("x"), "invalid_card_expiry"),
        ("/card/card_number", json!("400000000000006"), "invalid_card_number"),
        ("/card/card_exp_month", json!(0), "invalid_card_expiry"),
        ("/card/card_exp_year", json!("203"), "invalid_card_expiry"),
        ("/card/card_exp_year", json!(2047), "invalid_card_expiry"),
        ("/card/card_exp_year", json!(2025), "card_expired"),
        ("/card/card_exp_year", json!("25"), "card_expired"),
        ("/card/card_security_code", json!("1234"), "invalid_security_code"),
        ("/card/card_security_code", Value::Null, "required"),
    ] {
        expect_fault(&world, body(), pointer, value, code).await;
    }
    assert!(queued(&world).is_empty());
}

#[tokio::test]
async fn a_card_is_sent_once_encrypted_or_in_clear() {
    for name in ["card_number", "card_exp_month", "card_exp_year", "card_security_code"] {
        let (mut body, in_clear) = (body(), body());
        body["card"] = encrypted();
        body["card"][name] = in_clear["card"][name].clone();
        let response = pay(&body, None).send(&world().await).await;
        let error = &json(&response)["errors"][0];
        assert_eq!((response.status, &error["code"]), (422, &json!("card_twice")), "{name}");
        assert_eq!(error["pointer"], format!("/card/{name}"));
    }
}

#[tokio::test]
async fn no_answer_holds_a_card() {
    let world = world().await;
    let mut wrong = body();
    wrong["card"]["card_number"] = json!("4539620659922098");
    wrong["card"]["card_security_code"] = json!("98765");
    for body in [body(), wrong] {
        let response = pay(&body, None).send(&world).await;
        for secret in ["45396206599220", "98765"] {
            assert!(!response.body.contains(secret), "{}", response.body);
        }
    }
}

#[tokio::test]
async fn a_reservation_that_cannot_be_paid_so_is_refused_at_once() {
    let other = "01J00000000000000000000000";
    for (pointer, value, status, code) in [
        ("/produto/reserve_id", json!(other), 404, "reservation_unknown"),
        ("/produto/product_id", json!(other), 422, "payment_mismatch"),
        ("/produto/user_id", json!("bia"), 403, "reservation_not_yours"),
        ("/produto/user_id", Value::Null, 422, "user_id_required"),
    ] {
        let world = world().await;
        let mut body = body();
        *body.pointer_mut(pointer).unwrap() = value;
        let response = pay(&body, Some("key")).send(&world).await;
        assert_eq!((response.status, &json(&response)["code"]), (status, &json!(code)), "{}", response.body);
        assert_eq!(accepted(&world, Some("key")).await, queued(&world)[0].payment_id, "it left no claim");
    }
}

#[tokio::test]
async fn another_quantity_than_reserved_is_a_mismatch() {
    let mut body = body();
    body["produto"]["quantity"] = json!(1);
    body["produto"]["total_price"] = json!(50);
    let response = pay(&body, None).send(&world().await).await;
    assert_eq!((response.status, &json(&response)["code"]), (422, &json!("payment_mismatch")));
}

#[tokio::test]
async fn an_ended_reservation_is_refused_in_the_words_its_buyers_know() {
    let expired = world().await;
    expired.clock.advance_millis(900_000);
    let released = world().await;
    released.ledger.release(RESERVATION, gateway_ports::Clock::now(&released.clock)).await.unwrap();
    for (world, code) in [(expired, "reservation_expired"), (released, "reservation_released")] {
        for key in [None, Some("key")] {
            let response = pay(&body(), key).send(&world).await;
            let problem = json(&response);
            assert_eq!((response.status, &problem["code"]), (409, &json!(code)));
            assert!(problem["detail"].as_str().unwrap().contains("Pedido de pagamento recusado"));
        }
    }
}

#[tokio::test]
async fn a_reservation_under_payment_is_refused_to_another_request() {
    let world = world().await;
    accepted(&world, Some("one")).await;
    orchestrate(&world).await;
    for key in [None, Some("two")] {
        let response = pay(&body(), key).send(&world).await;
        assert_eq!(
            (response.status, &json(&response)["code"]),
            (409, &json!("payment_in_progress")),
            "{key:?}"
        );
    }
}

#[tokio::test]
async fn a_token_speaks_for_its_user_only() {
    let world = world().await;
    for (request, status) in [
        (pay(&body(), None).without_token(), 401),
        (pay(&body(), None).user("bia"), 403),
        (pay(&body(), None).user("ana"), 202),
    ] {
        assert_eq!(request.clone().send(&world).await.status, status, "{request:?}");
    }
}

#[tokio::test]
async fn unusable_requests_are_refused() {
    let world = world().await;
    for (request, code) in [
        (pay(&body(), Some("\"open")), "invalid_idempotency_key"),
        (pay(&body(), Some(&"k".repeat(256))), "invalid_idempotency_key"),
        (pay(&json!("{"), None).body("{"), "invalid_json"),
    ] {
        let response = request.send(&world).await;
        assert_eq!((response.status, &json(&response)["code"]), (400, &json!(code)));
    }
}

#[tokio::test]
async fn the_sample_event_is_a_payment_for_a_reservation_of_its_own() {
    let event = TestRequest::from_event(include_str!("../../../../events/enqueue-payment.json")).unwrap();
    let response = event.send(&world().await).await;
    assert_eq!((response.status, &json(&response)["code"]), (404, &json!("reservation_unknown")));
}
