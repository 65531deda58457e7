//! Products over HTTP.

use gateway_domain::{Product, ProductId};
use serde::{Deserialize, Serialize};

use crate::convert::{optional_text, text};
use crate::money::WireMoney;

/// A product as callers see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ProductBody {
    /// Its id.
    #[serde(with = "text")]
    #[cfg_attr(feature = "schema", schemars(with = "crate::schema::Ulid"))]
    pub id: ProductId,
    /// Its name.
    pub name: String,
    /// Price of one, in BRL.
    pub price: WireMoney,
    /// Units that can be reserved now.
    pub quantity: u32,
    /// Grows with each change; also its entity tag.
    pub version: u64,
}

impl From<Product> for ProductBody {
    fn from(product: Product) -> Self {
        Self {
            id: product.id,
            name: product.name,
            price: WireMoney(product.price),
            quantity: product.available,
            version: product.version,
        }
    }
}

/// A page of products.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ProductsBody {
    /// In the order of the search.
    pub items: Vec<ProductBody>,
    /// The cursor of the next page; null at the end.
    pub next: Option<String>,
}

/// `POST /products`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct NewProductBody {
    /// An id of the caller's choice: sent again, for want of an answer, it makes no second product.
    #[serde(default, deserialize_with = "optional_text")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<crate::schema::Ulid>"))]
    pub id: Option<ProductId>,
    /// Its name.
    #[cfg_attr(feature = "schema", schemars(with = "crate::schema::ProductName"))]
    pub name: String,
    /// Price of one, in BRL.
    #[cfg_attr(feature = "schema", schemars(with = "crate::schema::Amount"))]
    pub price: WireMoney,
    /// Units in stock.
    #[cfg_attr(feature = "schema", schemars(with = "crate::schema::StockUnits"))]
    pub quantity: u32,
}

/// `PATCH /products/{id}`: at least one field. Stock is changed by how much, never set: units may be
/// reserved between reading and writing.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ProductPatchBody {
    /// A new name.
    #[cfg_attr(feature = "schema", schemars(with = "Option<crate::schema::ProductName>"))]
    pub name: Option<String>,
    /// A new price, in BRL.
    #[cfg_attr(feature = "schema", schemars(with = "Option<crate::schema::Amount>"))]
    pub price: Option<WireMoney>,
    /// Units that arrive, or below zero are written off. Sent again it counts again, hence not without `If-Match`.
    #[cfg_attr(feature = "schema", schemars(with = "Option<crate::schema::StockChange>"))]
    pub restock: Option<i64>,
}

/// `POST /`: the sample products are there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SeededBody {
    /// How many were missing and are there now.
    pub created: u64,
    /// How many samples there are.
    pub total: usize,
}
