//! The load: buyers who reserve and pay, let through in step with the faults.

pub mod buyer;
mod purchase;
mod receipt;
mod shop;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::Semaphore;
use tokio::task::JoinSet;

pub use buyer::Order;
pub use purchase::{Purchase, purchases};
pub use receipt::{Receipt, Tally, tally};
pub use shop::{Shop, decimal, reprice};

use crate::card;
use crate::gateway::Gateway;

/// Purchases, their buyers, and what these were told.
pub struct Load {
    shop: Shop,
    purchases: Vec<Purchase>,
    prefix: String,
    gate: Semaphore,
    next: AtomicUsize,
    receipts: Mutex<Vec<Receipt>>,
}

impl Load {
    /// Nobody buys yet: [`Load::let_through`] opens the gate. `prefix` makes this run's keys its own.
    #[must_use]
    pub fn new(shop: Shop, purchases: Vec<Purchase>, prefix: String) -> Self {
        let (gate, next, receipts) = (Semaphore::new(0), AtomicUsize::new(0), Mutex::default());
        Self { shop, purchases, prefix, gate, next, receipts }
    }

    /// Purchases in all.
    #[must_use]
    pub fn len(&self) -> usize {
        self.purchases.len()
    }

    /// Whether there is nothing to buy.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.purchases.is_empty()
    }

    /// The shop.
    #[must_use]
    pub const fn shop(&self) -> &Shop {
        &self.shop
    }

    /// Lets so many more purchases begin.
    pub fn let_through(&self, purchases: usize) {
        self.gate.add_permits(purchases);
    }

    /// Keeps what a buyer was told.
    pub fn file(&self, receipt: Receipt) {
        self.receipts.lock().unwrap_or_else(PoisonError::into_inner).push(receipt);
    }

    /// All that was kept.
    #[must_use]
    pub fn receipts(&self) -> Vec<Receipt> {
        self.receipts.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Runs all purchases through `clients` clients, as the gate lets them.
    pub async fn run(self: Arc<Self>, clients: usize) {
        let mut tasks = JoinSet::new();
        for _ in 0..clients {
            let load = Arc::clone(&self);
            tasks.spawn(async move {
                while let Some(purchase) = load.next().await {
                    load.buy(&purchase).await;
                }
            });
        }
        while tasks.join_next().await.is_some() {}
    }

    async fn next(&self) -> Option<Purchase> {
        let purchase = self.purchases.get(self.next.fetch_add(1, Ordering::Relaxed))?;
        // The gate is never closed, so that a permit is all there is to wait for.
        self.gate.acquire().await.ok()?.forget();
        Some(purchase.clone())
    }

    async fn buy(&self, purchase: &Purchase) {
        let gateway = self.shop.buyer(purchase);
        let (item, amount_cents) = self.shop.item(purchase);
        let Some(reservation_id) = buyer::reserve(&gateway, &item).await else { return };
        let order = Order { reservation_id, item, amount_cents };
        tokio::join!(self.pay(&gateway, &order, purchase), self.rival(&gateway, &order, purchase));
    }

    /// The first payment; again the same request, and again with another card, where that is the plan.
    async fn pay(&self, gateway: &Gateway, order: &Order, purchase: &Purchase) {
        let key = self.key(purchase.number, "first");
        let mut receipt = buyer::pay(gateway, order, purchase.card, &key).await;
        if purchase.repeated && !receipt.accepted.is_empty() {
            buyer::repeat(gateway, order, purchase.card, &mut receipt).await;
        }
        if purchase.again {
            if let Some(payment_id) = receipt.accepted.first() {
                receipt.told = buyer::await_final(gateway, payment_id).await;
            }
            self.file(buyer::pay(gateway, order, card::APPROVED, &self.key(purchase.number, "again")).await);
        }
        self.file(receipt);
    }

    async fn rival(&self, gateway: &Gateway, order: &Order, purchase: &Purchase) {
        if let Some(card) = purchase.rival {
            self.file(buyer::pay(gateway, order, card, &self.key(purchase.number, "rival")).await);
        }
    }

    /// A key of this run alone.
    #[must_use]
    pub fn key(&self, number: usize, role: &str) -> String {
        format!("{}-{number}-{role}", self.prefix)
    }
}
