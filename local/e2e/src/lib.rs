//! End-to-end and conformance tests against the running stack.
//!
//! `cargo xtask test` starts the stack and names its addresses in the environment. Every test makes
//! its own products and users, so that all may run side by side on one stack.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a library of tests")]

pub mod canary;
pub mod ledger;
pub mod letters;
pub mod psp;
pub mod tokens;
pub mod topics;

use std::time::Duration;

use gateway_domain::PaymentId;
use gateway_edge::SystemClock;
use gateway_ports::Clock as _;
use harness::Endpoints;
use harness::card::TestCard;
use harness::gateway::{Gateway, Item};
use serde_json::Value;

/// How long anything may take to come about.
pub const SOON: Duration = Duration::from_secs(30);

/// A user with a product of their own.
pub struct Shop {
    /// Addresses.
    pub endpoints: Endpoints,
    /// The user's client.
    pub gateway: Gateway,
    /// The product.
    pub item: Item,
    /// Units at the beginning.
    pub stock: u32,
}

impl Shop {
    /// A shop with `stock` units of one product.
    pub async fn open(stock: u32) -> Self {
        let endpoints = Endpoints::from_env();
        let name = unique("produto");
        let gateway = Gateway::new(&endpoints, &unique("user")).unwrap();
        let product = gateway.create_product(&name, "19.90", stock).await.unwrap();
        let item = Item {
            product_id: product["id"].as_str().unwrap().to_owned(),
            price: product["price"].clone(),
            quantity: 1,
            total_price: "19.90".to_owned(),
        };
        Self { endpoints, gateway, item, stock }
    }

    /// Reserves one unit; the reservation's id.
    pub async fn reserve(&self) -> String {
        let reservation = self.gateway.reserve(&self.item).await.unwrap().expect(201).unwrap();
        reservation["id"].as_str().unwrap().to_owned()
    }

    /// Pays a reservation; the payment's id.
    pub async fn pay(&self, reservation_id: &str, card: TestCard) -> String {
        let body = self.gateway.payment_body(reservation_id, &self.item, card);
        let accepted = self.gateway.pay(&body, None).await.unwrap().expect(202).unwrap();
        accepted["id"].as_str().unwrap().to_owned()
    }

    /// Reserves, pays and waits for the end; the payment as it ended and the reservation's id.
    pub async fn buy(&self, card: TestCard) -> (Value, String) {
        let reservation_id = self.reserve().await;
        let payment_id = self.pay(&reservation_id, card).await;
        (self.gateway.await_payment(&payment_id, None, SOON).await.unwrap(), reservation_id)
    }

    /// The status of a reservation.
    pub async fn reservation_status(&self, reservation_id: &str) -> String {
        let answer = self.gateway.get(&format!("/reservations/{reservation_id}")).await.unwrap();
        answer.expect(200).unwrap()["status"].as_str().unwrap().to_owned()
    }

    /// Units that can be reserved now.
    pub async fn available(&self) -> u64 {
        self.gateway.stock(&self.item.product_id).await.unwrap()
    }
}

/// A name that no other test has.
pub fn unique(prefix: &str) -> String {
    format!("{prefix}-{}", PaymentId::from_u128(SystemClock.ulid()))
}

/// The names of a payment's events, in order.
pub fn story(payment: &Value) -> Vec<&str> {
    payment["events"].as_array().unwrap().iter().map(|event| event["event"].as_str().unwrap()).collect()
}

/// Asks again until `probe` answers, at most [`SOON`].
pub async fn eventually<T>(what: &str, mut probe: impl AsyncFnMut() -> Option<T>) -> T {
    let deadline = std::time::Instant::now() + SOON;
    loop {
        if let Some(found) = probe().await {
            return found;
        }
        assert!(std::time::Instant::now() < deadline, "{what} did not come about within {SOON:?}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
