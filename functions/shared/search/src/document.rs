//! A product as the index holds it.

use gateway_domain::{Money, Product, ProductId};
use gateway_ports::index::fold;
use gateway_wire::convert;
use serde::{Deserialize, Serialize};

/// One document. Money is a whole number of ten-thousandths: an index number with decimals is a float.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub(crate) enum Document {
    /// The product is so.
    Live(LiveDocument),
    /// The product is gone.
    Deleted(DeletedDocument),
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct LiveDocument {
    #[serde(with = "convert::text")]
    id: ProductId,
    name: String,
    name_folded: String,
    price_units: i64,
    available: u32,
    version: u64,
    deleted: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct DeletedDocument {
    #[serde(with = "convert::text")]
    id: ProductId,
    version: u64,
    deleted: bool,
}

impl Document {
    pub(crate) fn live(product: &Product) -> Self {
        Self::Live(LiveDocument {
            id: product.id,
            name: product.name.clone(),
            name_folded: fold(&product.name),
            price_units: product.price.units(),
            available: product.available,
            version: product.version,
            deleted: false,
        })
    }

    pub(crate) fn deleted(id: ProductId, version: u64) -> Self {
        Self::Deleted(DeletedDocument { id, version, deleted: true })
    }

    /// The product, unless it is gone.
    pub(crate) fn into_product(self) -> Option<Product> {
        match self {
            Self::Live(live) => Some(live.into_product()),
            Self::Deleted(_) => None,
        }
    }
}

impl LiveDocument {
    pub(crate) fn into_product(self) -> Product {
        Product {
            id: self.id,
            name: self.name,
            price: Money::from_units(self.price_units),
            available: self.available,
            version: self.version,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_product_survives_its_document() {
        let product = Product {
            id: ProductId::from_u128(7),
            name: "Câmera".to_owned(),
            price: "4500.1234".parse().unwrap(),
            available: 3,
            version: 9,
        };
        let json = serde_json::to_string(&Document::live(&product)).unwrap();
        assert!(json.contains(r#""name_folded":"camera","price_units":45001234"#), "{json}");
        assert_eq!(serde_json::from_str::<Document>(&json).unwrap().into_product(), Some(product));
    }

    #[test]
    fn a_deletion_is_a_document_without_a_product() {
        let json = serde_json::to_string(&Document::deleted(ProductId::from_u128(7), 10)).unwrap();
        assert!(json.contains(r#""version":10,"deleted":true"#), "{json}");
        assert_eq!(serde_json::from_str::<Document>(&json).unwrap().into_product(), None);
    }
}
