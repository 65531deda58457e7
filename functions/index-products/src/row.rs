//! A row of the product table as Debezium hands it on: unwrapped, with `__deleted` beside its columns
//! (`infra/connect/products.properties`).

use gateway_domain::{Product, ProductId};
use gateway_ports::index::IndexChange;
use gateway_wire::convert;
use gateway_wire::money::WireMoney;
use serde::Deserialize;

/// The columns that the index holds; others may come and are passed over.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct ProductRow {
    #[serde(with = "convert::text")]
    id: ProductId,
    name: String,
    price: WireMoney,
    available: u32,
    version: u64,
    /// `"true"` on the last row of a deleted product.
    #[serde(rename = "__deleted", default)]
    deleted: Option<String>,
}

impl ProductRow {
    /// What it means for the index. A deletion comes with the row as it was, so that its version is one
    /// above that.
    pub(crate) fn into_change(self) -> IndexChange {
        if self.deleted.as_deref() == Some("true") {
            return IndexChange::Delete { id: self.id, version: self.version.saturating_add(1) };
        }
        IndexChange::Put(Product {
            id: self.id,
            name: self.name,
            price: self.price.0,
            available: self.available,
            version: self.version,
        })
    }
}
