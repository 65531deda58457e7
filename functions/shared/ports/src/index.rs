//! The search index of the products.

use std::future::Future;

use gateway_domain::{Product, ProductId};

use crate::PortError;

/// A change to carry into the index. The product's version is the document's external version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IndexChange {
    /// The product is so now.
    Put(Product),
    /// The product is gone; its version is one above the last.
    Delete {
        /// Which.
        id: ProductId,
        /// The version of the deletion.
        version: u64,
    },
}

/// What became of one change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IndexOutcome {
    /// The index has it.
    Applied,
    /// The index already has this or a newer one.
    Superseded,
    /// The index will never take it: says why.
    Poison(String),
    /// Try again: says why.
    Retry(String),
}

/// Writes to the index.
pub trait WriteIndex: Send + Sync {
    /// Applies changes in order by one bulk call and reads each item's result.
    fn apply(
        &self,
        changes: &[IndexChange],
    ) -> impl Future<Output = Result<Vec<IndexOutcome>, PortError>> + Send;
}

/// A page of products and how to get the next one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProductPage {
    /// The products, ordered by name and id.
    pub products: Vec<Product>,
    /// Opaque cursor of the next page; `None` at the end.
    pub next: Option<String>,
}

/// Why a page cannot be had.
#[derive(Debug)]
pub enum PageError {
    /// The cursor is none of ours.
    InvalidCursor,
    /// The index failed.
    Port(PortError),
}

/// Reads the index.
pub trait SearchProducts: Send + Sync {
    /// All products.
    fn find_all(
        &self,
        limit: u32,
        cursor: Option<&str>,
    ) -> impl Future<Output = Result<ProductPage, PageError>> + Send;

    /// Those whose name contains `text`, whatever case and accents; the text has no syntax.
    fn find_by_name(
        &self,
        text: &str,
        limit: u32,
        cursor: Option<&str>,
    ) -> impl Future<Output = Result<ProductPage, PageError>> + Send;

    /// One product, as the index has it.
    fn find_by_id(&self, id: ProductId) -> impl Future<Output = Result<Option<Product>, PortError>> + Send;
}
