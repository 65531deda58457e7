//! What the PSP simulator says was charged.

use harness::Endpoints;
use serde_json::{Value, json};

/// What PagBank's browser SDK would make of a card.
pub async fn encrypt(endpoints: &Endpoints, number: &str, code: &str) -> String {
    let card = json!({
        "number": number, "security_code": code, "exp_month": "12", "exp_year": "2030", "holder": "Jose da Silva",
    });
    let url = format!("{}/_simulator/encrypted-cards", endpoints.psp);
    let answer = reqwest::Client::new().post(url).json(&card).send().await.unwrap();
    answer.error_for_status().unwrap().text().await.unwrap()
}

/// The simulator's charges for a payment.
pub async fn charges(endpoints: &Endpoints, payment_id: &str) -> Vec<Value> {
    let url = format!("{}/_simulator/charges?reference_id={payment_id}", endpoints.psp);
    let answer: Value = reqwest::get(url).await.unwrap().json().await.unwrap();
    let list = answer.as_array().or_else(|| answer["charges"].as_array());
    list.unwrap_or_else(|| panic!("no list of charges: {answer}"))
        .iter()
        .map(|request| request["charge"].clone())
        .filter(|charge| !charge.is_null())
        .collect()
}

/// How many of them hold the buyer's money.
pub async fn authorized(endpoints: &Endpoints, payment_id: &str) -> usize {
    let all = charges(endpoints, payment_id).await;
    all.iter().filter(|charge| matches!(charge["status"].as_str(), Some("AUTHORIZED" | "PAID"))).count()
}
