//! What is left when all has come to rest: tables, charges, vault, index, and what HTTP says of it.

mod http;
mod index;
mod ledger;
mod psp;
mod vault;

use std::collections::{BTreeMap, BTreeSet};

use gateway_domain::PaymentStatus;
use gateway_wire::RecordOrigin;

use super::load::Receipt;
use crate::Endpoints;
use crate::audit;
use crate::gateway::Failure;

pub use index::{Indexed, differing};

/// A payment's row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaymentRow {
    /// What it pays.
    pub reservation_id: String,
    /// How much, in cents.
    pub amount_cents: i64,
    /// Where it stands.
    pub status: PaymentStatus,
    /// Its charge at the PSP.
    pub charge_id: Option<String>,
}

/// A reservation's row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReservationRow {
    /// What is reserved.
    pub product_id: String,
    /// How many units.
    pub quantity: i64,
    /// Where it stands.
    pub status: String,
    /// Who pays or has paid it.
    pub payment_id: Option<String>,
}

/// A product's row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProductRow {
    /// Its name.
    pub name: String,
    /// Its price in ten-thousandths.
    pub price_units: i64,
    /// Units that can be reserved.
    pub available: i64,
    /// Units that were ever put in stock.
    pub stocked_total: i64,
    /// How often the row has changed.
    pub version: u64,
}

/// An event of a payment's timeline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Its place in the timeline, from 1.
    pub sequence: i64,
    /// When, in epoch milliseconds.
    pub at_ms: i64,
    /// The step that wrote it.
    pub step: String,
    /// What happened.
    pub event: String,
    /// The attempt it is about.
    pub attempt: i64,
    /// Particulars, as JSON.
    pub detail: String,
    /// The record that caused it.
    pub origin: Option<RecordOrigin>,
}

/// A dead letter's row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LetterRow {
    /// The record it is about.
    pub origin: RecordOrigin,
    /// Why it is dead.
    pub cause: String,
    /// What was done about it.
    pub resolution: Option<String>,
    /// Whether a person is needed.
    pub state: String,
}

/// A charge at the PSP.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Charge {
    /// The payment that it is for.
    pub payment_id: String,
    /// Its id.
    pub id: String,
    /// The idempotency key that it was made under.
    pub key: String,
    /// Where it stands.
    pub status: String,
    /// How much, in cents.
    pub amount_cents: i64,
    /// The currency.
    pub currency: String,
}

impl Charge {
    /// Whether the buyer's money is, or may come to be, held by it.
    #[must_use]
    pub fn holds_money(&self) -> bool {
        matches!(self.status.as_str(), "AUTHORIZED" | "PAID" | "IN_ANALYSIS")
    }
}

/// A payment's item in the vault, if it holds card data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VaultItem {
    /// Whether the PSP's verdict is recorded.
    pub has_verdict: bool,
    /// Whether the security code is there.
    pub has_cvv: bool,
}

/// All of it.
#[derive(Debug, Clone, Default)]
pub struct Evidence {
    /// What buyers were told.
    pub receipts: Vec<Receipt>,
    /// Payments by id.
    pub payments: BTreeMap<String, PaymentRow>,
    /// Timelines by payment, in order.
    pub events: BTreeMap<String, Vec<Event>>,
    /// Reservations by id.
    pub reservations: BTreeMap<String, ReservationRow>,
    /// Products by id.
    pub products: BTreeMap<String, ProductRow>,
    /// Dead letters.
    pub letters: Vec<LetterRow>,
    /// Charges that were made.
    pub charges: Vec<Charge>,
    /// Items of the vault that hold card data, by payment.
    pub vault: BTreeMap<String, VaultItem>,
    /// Accepted payments that DynamoDB knows nothing of. DynamoDB Local answers a transaction some milliseconds
    /// before it commits it, and forgets it if it is killed in between; on AWS what is acknowledged is kept.
    pub forgotten: BTreeSet<String>,
    /// Products as the index has them, by id.
    pub indexed: BTreeMap<String, Indexed>,
    /// What `GET /payments/{id}` says of accepted payments; empty where it says nothing.
    pub shown: BTreeMap<String, String>,
    /// Offsets against outcomes.
    pub audit: audit::Report,
}

impl Evidence {
    /// Ids of payments that somebody was told are accepted.
    #[must_use]
    pub fn accepted(&self) -> BTreeSet<&str> {
        self.receipts.iter().flat_map(|receipt| &receipt.accepted).map(String::as_str).collect()
    }

    /// Reads everything but the audit, which is made while waiting for rest.
    ///
    /// # Errors
    /// A server that does not answer.
    pub async fn gather(
        endpoints: &Endpoints,
        receipts: Vec<Receipt>,
        audit: audit::Report,
    ) -> Result<Self, Failure> {
        let mut evidence = Self { receipts, audit, ..Self::default() };
        ledger::read(&endpoints.database, &mut evidence).await?;
        evidence.charges = psp::charges(&endpoints.psp).await?;
        evidence.vault = vault::items(&endpoints.dynamodb).await?;
        let kept = vault::payments(&endpoints.dynamodb).await?;
        let forgotten = evidence.accepted().into_iter().filter(|id| !kept.contains(*id));
        evidence.forgotten = forgotten.map(str::to_owned).collect();
        evidence.indexed = index::read(&endpoints.search, evidence.products.keys()).await?;
        evidence.shown = http::shown(endpoints, &evidence.receipts).await?;
        Ok(evidence)
    }
}
