//! What the PSP simulator says was charged.

use harness::Endpoints;
use serde_json::Value;

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
