//! The stock account: what must hold at every commit, for checks from outside.

use std::future::Future;

use gateway_domain::ProductId;

use crate::PortError;

/// Where the units of a product are, read as of one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StockAccount {
    /// The product.
    pub product_id: ProductId,
    /// Units that can be reserved.
    pub available: i64,
    /// Units of HELD reservations.
    pub held: i64,
    /// Units of PAYING reservations.
    pub paying: i64,
    /// Units of CONFIRMED reservations.
    pub confirmed: i64,
    /// Units ever stocked: seeded and restocked, less those written off.
    pub stocked_total: i64,
}

impl StockAccount {
    /// Whether no unit is lost, invented or sold twice.
    #[must_use]
    pub const fn is_conserved(&self) -> bool {
        self.available >= 0 && self.drift() == 0
    }

    /// Units too many (sold twice, given back twice), or missing (below zero).
    #[must_use]
    pub const fn drift(&self) -> i64 {
        self.available + self.held + self.paying + self.confirmed - self.stocked_total
    }
}

/// Reads the stock accounts. Not for the hot path.
pub trait AuditStock: Send + Sync {
    /// The account of one product.
    fn stock_account(
        &self,
        id: ProductId,
    ) -> impl Future<Output = Result<Option<StockAccount>, PortError>> + Send;

    /// Up to `limit` accounts that are not conserved: none, unless there is a bug.
    fn stock_check(&self, limit: u32) -> impl Future<Output = Result<Vec<StockAccount>, PortError>> + Send;
}
