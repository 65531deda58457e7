//! Products and how many of them.

use std::fmt;

use crate::id::ProductId;
use crate::limits::{PRODUCT_NAME_LEN_MAX, QUANTITY_MAX};
use crate::money::Money;

/// A product as the ledger holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Product {
    /// Its id.
    pub id: ProductId,
    /// What the buyer reads.
    pub name: String,
    /// Price of one.
    pub price: Money,
    /// Units that can be reserved now.
    pub available: u32,
    /// Grows by one with each change; the search index refuses what is older.
    pub version: u64,
}

/// A number of units between 1 and 100.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Quantity(u32);

impl Quantity {
    /// A quantity, if it is one.
    ///
    /// # Errors
    /// [`InvalidQuantity`] outside 1..=100.
    pub const fn new(units: u32) -> Result<Self, InvalidQuantity> {
        if units >= 1 && units <= QUANTITY_MAX { Ok(Self(units)) } else { Err(InvalidQuantity) }
    }

    /// The number of units.
    #[must_use]
    pub const fn get(self) -> u32 {
        self.0
    }
}

/// Why a number is no quantity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InvalidQuantity;

impl fmt::Display for InvalidQuantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a quantity is between 1 and {QUANTITY_MAX}")
    }
}

impl std::error::Error for InvalidQuantity {}

/// Whether `name` can name a product: not blank, not too long, no control characters.
#[must_use]
pub fn is_valid_name(name: &str) -> bool {
    !name.trim().is_empty()
        && name.chars().count() <= PRODUCT_NAME_LEN_MAX
        && !name.chars().any(char::is_control)
}
