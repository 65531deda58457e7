//! A row of the product table as Debezium hands it on: unwrapped, with `__deleted` beside its columns
//! (`infra/connect/products.properties`).

use gateway_domain::{Product, ProductId};
use gateway_ports::index::IndexChange;
use gateway_wire::convert;
use gateway_wire::money::WireMoney;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

/// The columns that the index holds; others may come and are passed over.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct ProductRow {
    #[serde(with = "convert::text")]
    id: ProductId,
    name: String,
    price: WireMoney,
    available: u32,
    #[serde(deserialize_with = "version")]
    version: u64,
    /// `"true"` on the last row of a deleted product.
    #[serde(rename = "__deleted", default)]
    deleted: Option<String>,
}

/// One above it must be a version for the index, which counts like the database.
fn version<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    let version = u64::deserialize(deserializer)?;
    if version < i64::MAX.unsigned_abs() {
        return Ok(version);
    }
    Err(D::Error::custom(format!("version {version}: no database gave it")))
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
