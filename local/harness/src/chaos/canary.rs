//! Finds out whether the gateway works again: by a payment that goes all the way, or, for Kafka Connect,
//! by a price that reaches the index.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use gateway_domain::{Money, ProductId};
use gateway_ports::index::SearchProducts as _;
use gateway_search::{SearchConfig, SearchIndex};

use super::fault::Fault;
use super::load::{self, Load, Order, Purchase, buyer};
use crate::gateway::{Failure, Gateway};
use crate::{Endpoints, card};

/// How long the gateway may take to recover from anything.
pub const RECOVERED_WITHIN: Duration = Duration::from_secs(180);
/// Between two looks.
const POLL: Duration = Duration::from_millis(25);

/// A buyer who checks.
pub struct Canary {
    load: Arc<Load>,
    gateway: Gateway,
    index: SearchIndex,
    showpiece: ProductId,
    number: AtomicUsize,
}

impl Canary {
    /// With a product of its own whose price it changes.
    ///
    /// # Errors
    /// When that is not created.
    pub async fn new(endpoints: &Endpoints, load: Arc<Load>) -> Result<Self, Failure> {
        let gateway = Gateway::new(endpoints, "canary")?;
        let product = gateway.create_product("Vitrine", "1.00", 1).await?;
        let id = product["id"].as_str().unwrap_or_default();
        let showpiece = id.parse().map_err(|_| Failure(format!("{id} is no product's id")))?;
        let config = SearchConfig::plain(&endpoints.search).map_err(Failure)?;
        let index = SearchIndex::new(config).map_err(|error| Failure(error.to_string()))?;
        Ok(Self { load, gateway, index, showpiece, number: AtomicUsize::new(0) })
    }

    /// Waits until what these faults can break works again.
    ///
    /// # Errors
    /// It does not within [`RECOVERED_WITHIN`].
    pub async fn await_recovery(&self, faults: &[Fault]) -> Result<(), Failure> {
        let recovered = async {
            if faults.iter().any(|fault| *fault != Fault::Connect) {
                self.pay().await;
            }
            if faults.contains(&Fault::Connect) {
                self.reprice().await;
            }
        };
        let what = || Failure(format!("the gateway does not work again within {RECOVERED_WITHIN:?}"));
        tokio::time::timeout(RECOVERED_WITHIN, recovered).await.map_err(|_| what())
    }

    /// Pays until a payment is authorized: one whose retries ran out before the PSP was back fails.
    async fn pay(&self) {
        while !self.pay_once().await {}
    }

    async fn pay_once(&self) -> bool {
        let purchase = self.purchase();
        let (item, amount_cents) = self.load.shop().item(&purchase);
        let Some(reservation_id) = buyer::reserve(&self.gateway, &item).await else { return false };
        let order = Order { reservation_id, item, amount_cents };
        let key = self.load.key(purchase.number, "canary");
        let mut receipt = buyer::pay(&self.gateway, &order, purchase.card, &key).await;
        if let Some(payment_id) = receipt.accepted.first() {
            receipt.told = self.await_final(payment_id).await;
        }
        let paid = receipt.told.as_deref() == Some("AUTHORIZED");
        self.load.file(receipt);
        paid
    }

    fn purchase(&self) -> Purchase {
        let number = self.number.fetch_add(1, Ordering::Relaxed);
        let (user, product, quantity) = (0, number, 1);
        let (rival, repeated, again) = (None, false, false);
        Purchase { number, user, product, quantity, card: card::APPROVED, rival, repeated, again }
    }

    /// As the buyer's, but looking more often, since it is timed.
    async fn await_final(&self, payment_id: &str) -> Option<String> {
        let deadline = Instant::now() + RECOVERED_WITHIN;
        while Instant::now() < deadline {
            let status = self.gateway.payment(payment_id).await.ok();
            let status = status.as_ref().and_then(|payment| payment["status"].as_str());
            if let Some(status) = status.filter(|status| buyer::FINAL.contains(status)) {
                return Some(status.to_owned());
            }
            tokio::time::sleep(POLL).await;
        }
        None
    }

    async fn reprice(&self) {
        let cents = 100 + i64::try_from(self.number.fetch_add(1, Ordering::Relaxed)).unwrap_or_default();
        let id = self.showpiece.to_string();
        while load::reprice(&self.gateway, &id, cents).await.is_err() {
            tokio::time::sleep(POLL).await;
        }
        let wanted: Option<Money> = load::decimal(cents).parse().ok();
        loop {
            let found = self.index.find_by_id(self.showpiece).await;
            if found.is_ok_and(|product| product.map(|product| product.price) == wanted) {
                return;
            }
            tokio::time::sleep(POLL).await;
        }
    }
}
