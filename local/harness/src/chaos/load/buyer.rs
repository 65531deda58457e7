//! A buyer who does not give up: what gets no answer is sent again under the same key.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::receipt::Receipt;
use crate::card::TestCard;
use crate::gateway::{Answer, Gateway, Item};

/// How long a buyer goes on asking: longer than any fault with its recovery.
pub const PATIENCE: Duration = Duration::from_secs(300);
/// Between two requests of a buyer who got no answer.
const PAUSE: Duration = Duration::from_millis(200);
/// Statuses that nothing leaves.
pub const FINAL: [&str; 5] = ["AUTHORIZED", "DECLINED", "FAILED", "REJECTED", "VOIDED"];
/// A refusal that says: come again.
const IN_FLIGHT: &str = "idempotency_in_flight";

/// What is paid, and with what.
#[derive(Debug, Clone)]
pub struct Order {
    /// The reservation's id.
    pub reservation_id: String,
    /// What is reserved.
    pub item: Item,
    /// For how much, in cents.
    pub amount_cents: i64,
}

/// Reserves; none if that was not answered with a reservation in time.
///
/// A request without an answer may have reserved all the same: that reservation is left to expire.
pub async fn reserve(gateway: &Gateway, item: &Item) -> Option<String> {
    let reserved = persist(|| async {
        let answer = gateway.reserve(item).await.ok()?;
        (answer.status == 201).then(|| answer.text("/id").to_owned())
    });
    reserved.await
}

/// Pays under `key` until the request is answered for good.
pub async fn pay(gateway: &Gateway, order: &Order, card: TestCard, key: &str) -> Receipt {
    let mut receipt = Receipt {
        key: key.to_owned(),
        user: gateway.user().to_owned(),
        reservation_id: order.reservation_id.clone(),
        amount_cents: order.amount_cents,
        accepted: BTreeSet::new(),
        refused: None,
        unanswered: 0,
        told: None,
    };
    let body = gateway.payment_body(&order.reservation_id, &order.item, card);
    post(gateway, &body, &mut receipt).await;
    receipt
}

/// Sends a request once more that has been accepted; a lost answer is no matter.
pub async fn repeat(gateway: &Gateway, order: &Order, card: TestCard, receipt: &mut Receipt) {
    let body = gateway.payment_body(&order.reservation_id, &order.item, card);
    post(gateway, &body, receipt).await;
}

async fn post(gateway: &Gateway, body: &Value, receipt: &mut Receipt) {
    let deadline = Instant::now() + PATIENCE;
    while Instant::now() < deadline {
        match gateway.pay(body, Some(&receipt.key)).await {
            Ok(answer) if answer.status == 202 => {
                receipt.accepted.insert(answer.text("/id").to_owned());
                return;
            }
            Ok(answer) if is_final_refusal(&answer) => {
                receipt.refused = Some((answer.status, answer.text("/code").to_owned()));
                return;
            }
            Ok(_) | Err(_) => receipt.unanswered += 1,
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// Throttling, an equal request under way and a server's failures ask to come again.
fn is_final_refusal(answer: &Answer) -> bool {
    (400..500).contains(&answer.status)
        && !matches!(answer.status, 408 | 429)
        && answer.text("/code") != IN_FLIGHT
}

/// Asks until the payment has a final status; none if it has none in time.
pub async fn await_final(gateway: &Gateway, payment_id: &str) -> Option<String> {
    let told = persist(|| async {
        let payment = gateway.payment(payment_id).await.ok()?;
        payment["status"].as_str().filter(|status| FINAL.contains(status)).map(str::to_owned)
    });
    told.await
}

/// Does something again until it comes to something, as long as patience lasts.
pub async fn persist<T, Acting: Future<Output = Option<T>>>(act: impl Fn() -> Acting) -> Option<T> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some(done) = act().await {
            return Some(done);
        }
        if Instant::now() >= deadline {
            return None;
        }
        tokio::time::sleep(PAUSE).await;
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_an_answer_for_good_ends_a_request() {
        for (status, code, is_final) in [
            (409, "payment_in_progress", true),
            (409, IN_FLIGHT, false),
            (422, "mismatch", true),
            (404, "reservation_unknown", true),
            (429, "throttled", false),
            (500, "", false),
            (503, "unavailable", false),
        ] {
            let body = json!({ "code": code });
            let answer = Answer { status, headers: reqwest::header::HeaderMap::new(), body };
            assert_eq!(is_final_refusal(&answer), is_final, "{status} {code}");
        }
    }
}
