//! The catalogue's own copy of the products, in MySQL.

use std::future::Future;

use gateway_domain::{Money, Product, ProductId, Timestamp};

use crate::PortError;

/// A new product.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewProduct {
    /// Its id.
    pub id: ProductId,
    /// Its name.
    pub name: String,
    /// Price of one.
    pub price: Money,
    /// Units in stock.
    pub stock: u32,
}

/// A change to a product; `None` leaves a field as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ProductPatch {
    /// A new name.
    pub name: Option<String>,
    /// A new price.
    pub price: Option<Money>,
    /// Units that arrive (above zero) or are written off (below); never more than are available.
    pub restock: Option<i64>,
    /// Only if the product has this version.
    pub if_version: Option<u64>,
}

/// What became of a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PatchOutcome {
    /// Changed; this is the product now.
    Patched(Product),
    /// No such product.
    Unknown,
    /// It has another version than the caller saw.
    VersionDiffers {
        /// The version it has.
        current: u64,
    },
    /// Fewer units are available than would be written off.
    OutOfStock,
    /// More than [`STOCK_MAX`](gateway_domain::limits::STOCK_MAX) units would be in stock.
    Overstocked,
}

/// Writes and reads the product table.
pub trait Catalogue: Send + Sync {
    /// Inserts those whose id is not there yet; returns how many were.
    fn seed(
        &self,
        products: &[NewProduct],
        now: Timestamp,
    ) -> impl Future<Output = Result<u64, PortError>> + Send;

    /// Inserts one.
    fn create(
        &self,
        product: &NewProduct,
        now: Timestamp,
    ) -> impl Future<Output = Result<Product, PortError>> + Send;

    /// Changes one; its version grows by one.
    fn patch(
        &self,
        id: ProductId,
        patch: &ProductPatch,
        now: Timestamp,
    ) -> impl Future<Output = Result<PatchOutcome, PortError>> + Send;

    /// Reads one: what is true now, where the search index may lag.
    fn product(&self, id: ProductId) -> impl Future<Output = Result<Option<Product>, PortError>> + Send;
}
