//! Approvals and declines.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::StatusCode;
use serde_json::json;

use crate::client::{World, body, body_of, encrypted, world};

#[tokio::test]
async fn a_card_gets_the_verdict_of_its_row() {
    let world = world().await;
    for (alias, status, code) in [
        ("visa-ok", "AUTHORIZED", "20000"),
        ("visa-declined", "DECLINED", "10002"),
        ("mastercard-ok", "AUTHORIZED", "20000"),
        ("mastercard-declined", "DECLINED", "10002"),
        ("amex-ok", "AUTHORIZED", "20000"),
        ("elo-ok", "AUTHORIZED", "20000"),
        ("hiper-ok", "AUTHORIZED", "20000"),
        ("approve", "AUTHORIZED", "20000"),
        ("declined-by-risk", "DECLINED", "10000"),
        ("insufficient-funds", "DECLINED", "20003"),
        ("check-card-data", "DECLINED", "20007"),
        ("not-permitted", "DECLINED", "20017"),
        ("issuer-unavailable", "DECLINED", "20019"),
        ("try-later", "DECLINED", "20158"),
        ("too-many-retries", "DECLINED", "10001"),
        ("call-issuer", "DECLINED", "20001"),
    ] {
        let (http_status, charge) = world.charge(alias, &body(alias)).await;
        assert_eq!(http_status, StatusCode::CREATED, "a decline is no HTTP error: {alias}");
        assert_eq!(charge["status"], status, "{alias}");
        assert_eq!(charge["payment_response"]["code"], code, "{alias}");
    }
}

#[tokio::test]
async fn a_charge_is_complete_and_keeps_no_card_number() {
    let world = world().await;
    let (_, charge) = world.charge("key", &body("visa-ok")).await;
    let id = charge["id"].as_str().unwrap();
    let nsu = charge["payment_response"]["reference"].clone();
    let expected = json!({
        "id": id,
        "reference_id": "payment-1",
        "status": "AUTHORIZED",
        "created_at": charge["created_at"],
        "description": "a purchase",
        "amount": { "value": 15000, "currency": "BRL", "summary": { "total": 15000, "paid": 0, "refunded": 0 } },
        "payment_response": {
            "code": "20000",
            "message": "SUCESSO",
            "reference": nsu,
            "raw_data": {
                "authorization_code": charge["payment_response"]["raw_data"]["authorization_code"],
                "nsu": nsu,
                "reason_code": "00",
            },
        },
        "payment_method": {
            "type": "CREDIT_CARD",
            "installments": 1,
            "capture": false,
            "soft_descriptor": null,
            "card": {
                "brand": "visa",
                "first_digits": "453962",
                "last_digits": "2097",
                "exp_month": "12",
                "exp_year": "2030",
                "holder": { "name": "Jose da Silva" },
                "store": false,
            },
        },
        "links": [
            { "rel": "SELF", "href": format!("{}/charges/{id}", world.psp.url()), "media": "application/json", "type": "GET" },
            { "rel": "CHARGE.CANCEL", "href": format!("{}/charges/{id}/cancel", world.psp.url()), "media": "application/json", "type": "POST" },
            { "rel": "CHARGE.CAPTURE", "href": format!("{}/charges/{id}/capture", world.psp.url()), "media": "application/json", "type": "POST" },
        ],
        "notification_urls": [],
    });
    assert_eq!(charge, expected);
    let (_, kept) = world.get("/_simulator/charges").await;
    assert!(!kept.to_string().contains("4539620659922097"), "{kept}");
}

#[tokio::test]
async fn a_captured_charge_is_paid() {
    let world = world().await;
    let mut request = body("approve");
    request["payment_method"]["capture"] = json!(true);
    let (_, charge) = world.charge("key", &request).await;
    assert_eq!(charge["status"], "PAID");
    assert_eq!(charge["amount"]["summary"], json!({ "total": 15000, "paid": 15000, "refunded": 0 }));
    assert!(charge["paid_at"].is_string());
}

#[tokio::test]
async fn any_other_card_number_is_approved() {
    let world = world().await;
    let (_, charge) = world.charge("key", &body_of("5555555555554444")).await;
    assert_eq!(
        (&charge["status"], &charge["payment_method"]["card"]["brand"]),
        (&json!("AUTHORIZED"), &json!("mastercard"))
    );
}

#[tokio::test]
async fn a_ciphertext_stands_for_the_card_of_its_alias() {
    let world = world().await;
    for (plaintext, status) in [("approve:1", "AUTHORIZED"), ("insufficient-funds", "DECLINED")] {
        let (_, charge) = world.charge(plaintext, &encrypted(&STANDARD.encode(plaintext))).await;
        assert_eq!(charge["status"], status, "{plaintext}");
    }
}

/// What the browser's SDK would send for this card.
async fn ciphertext(world: &World, number: &str) -> String {
    let card = json!({
        "number": number, "security_code": "123", "exp_month": "12", "exp_year": "2030", "holder": "Jose",
    });
    let url = format!("{}/_simulator/encrypted-cards", world.psp.url());
    let answer = reqwest::Client::new().post(url).json(&card).send().await.unwrap();
    answer.error_for_status().unwrap().text().await.unwrap()
}

#[tokio::test]
async fn every_card_can_be_played_encrypted() {
    let world = world().await;
    let number = |alias| psp_simulator::cards::by_alias(alias).unwrap().number;
    for (alias, status, last4) in [
        ("visa-ok", "AUTHORIZED", "2097"),
        ("amex-ok", "AUTHORIZED", "1361"),
        ("insufficient-funds", "DECLINED", "1026"),
        ("analysis-endless", "IN_ANALYSIS", "5043"),
    ] {
        let (_, charge) = world.charge(alias, &encrypted(&ciphertext(&world, number(alias)).await)).await;
        assert_eq!(charge["status"], status, "{alias}: {charge}");
        let card = &charge["payment_method"]["card"];
        assert_eq!((&card["last_digits"], &card["exp_year"]), (&json!(last4), &json!("2030")), "{alias}");
    }
    for wrong in [ciphertext(&world, "4539620659922098").await, STANDARD.encode([7; 256])] {
        let (status, answer) = world.charge(&wrong, &encrypted(&wrong)).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{answer}");
    }
}

#[tokio::test]
async fn a_fault_may_use_a_ciphertext_up_but_no_card_in_clear() {
    let world = world().await;
    for (alias, fault) in [("used-up-by-error", 500), ("used-up-by-throttling", 429)] {
        let request = encrypted(&STANDARD.encode(alias));
        let key = format!("{alias}-encrypted");
        assert_eq!(world.charge(&key, &request).await.0, fault, "{alias}");
        for _ in 0..2 {
            let (status, answer) = world.charge(&key, &request).await;
            assert_eq!(status, StatusCode::BAD_REQUEST, "{alias}");
            assert_eq!(answer["error_messages"][0]["parameter_name"], "payment_method.card.encrypted");
        }
        assert_eq!(world.charge(alias, &body(alias)).await.0, fault, "{alias}");
        assert_eq!(world.charge(alias, &body(alias)).await.1["status"], "AUTHORIZED", "{alias}");
    }
}

#[tokio::test]
async fn the_public_key_is_shown_to_the_account_only_and_stays() {
    let world = world().await;
    let (_, first) = world.get("/public-keys/card").await;
    let (_, again) = crate::client::read(world.call(reqwest::Method::POST, "/public-keys")).await;
    assert!(first["public_key"].as_str().unwrap().starts_with("MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A"), "{first}");
    assert_eq!(first["public_key"], again["public_key"]);
    let url = format!("{}/public-keys/card", world.psp.url());
    assert_eq!(reqwest::get(url).await.unwrap().status(), StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_ciphertext_is_used_once_whatever_the_outcome_yet_replayed_under_its_key() {
    let world = world().await;
    let request = encrypted(&STANDARD.encode("insufficient-funds:1"));
    let (_, first) = world.charge("key-1", &request).await;
    let (status, second) = world.charge("key-2", &request).await;
    let (_, replay) = world.charge("key-1", &request).await;
    assert_eq!(status, StatusCode::BAD_REQUEST, "{second}");
    assert_eq!(second["error_messages"][0]["parameter_name"], "payment_method.card.encrypted");
    assert_eq!(first, replay);
}

#[tokio::test]
async fn every_card_of_the_table_is_listed() {
    let (_, cards) = world().await.get("/_simulator/cards").await;
    assert_eq!(cards.as_array().unwrap().len(), psp_simulator::cards::CARDS.len());
    assert_eq!(cards[0]["number"], "4539620659922097");
}
