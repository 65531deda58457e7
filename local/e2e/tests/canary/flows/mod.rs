//! What is played, with cards to be looked for afterwards.

pub mod accepted;
pub mod encrypted;
pub mod poison;
pub mod refused;
pub mod repeated;

use std::sync::Mutex;

use e2e::canary::Card;
use e2e::{Shop, eventually};
use harness::gateway::{Answer, Failure};
use serde_json::{Value, json};

/// Reservations that the flows need.
const STOCK: u32 = 60;

/// Everything that was played.
#[derive(Default)]
pub struct Play {
    /// Cards that were sent.
    pub cards: Vec<Card>,
    /// Ciphertexts that were sent, by what they were sent for.
    pub ciphertexts: Vec<(String, String)>,
    /// Payments that were accepted, with the code that was sent for them.
    pub payments: Vec<(String, String)>,
    /// Every answer that was received.
    pub answers: Vec<String>,
}

/// A shop whose answers are all kept.
pub struct Stage {
    pub shop: Shop,
    answers: Mutex<Vec<String>>,
}

impl Stage {
    /// A shop, and a product named after the decoy that has reached the index.
    pub async fn set(decoy: &Card) -> Self {
        let stage = Self { shop: Shop::open(STOCK).await, answers: Mutex::default() };
        let name = format!("produto {}", decoy.number);
        stage.shop.gateway.create_product(&name, "1.00", 1).await.unwrap();
        eventually("the decoy in the index", async || {
            let path = format!("/findByName/{}", decoy.number);
            let found = stage.keep(stage.shop.gateway.get(&path).await);
            (!found.body["items"].as_array()?.is_empty()).then_some(())
        })
        .await;
        stage
    }

    pub fn answers(&self) -> Vec<String> {
        self.answers.lock().unwrap().clone()
    }

    /// Keeps an answer for the search.
    pub fn keep(&self, answer: Result<Answer, Failure>) -> Answer {
        let answer = answer.unwrap();
        self.answers.lock().unwrap().push(format!("{} {:?} {}", answer.status, answer.headers, answer.body));
        answer
    }

    /// Keeps the body of an answer that came another way.
    pub fn keep_text(&self, text: String) {
        self.answers.lock().unwrap().push(text);
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.keep(self.shop.gateway.get(path).await)
    }

    /// The body of a payment for a reservation of its own.
    pub async fn order(&self, card: Value) -> Value {
        let reservation_id = self.shop.reserve().await;
        let item = &self.shop.item;
        json!({
            "produto": {
                "reserve_id": reservation_id, "product_id": item.product_id, "price": item.price,
                "quantity": item.quantity, "total_price": item.total_price,
            },
            "card": card,
        })
    }

    pub async fn pay(&self, body: &Value, key: Option<&str>) -> Answer {
        self.keep(self.shop.gateway.pay(body, key).await)
    }

    /// Waits for the payment's status and keeps what is told of the payment then.
    pub async fn await_status(&self, payment_id: &str, status: &str) -> Value {
        let limit = e2e::SOON * 3;
        let awaited = self.shop.gateway.await_payment(payment_id, Some(status), limit).await;
        self.get(&format!("/payments/{payment_id}")).await;
        self.get(&format!("/payments/{payment_id}/events")).await;
        awaited.unwrap()
    }
}
