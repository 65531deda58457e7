//! What the catalogue answers with.

use gateway_domain::{Product, ProductId};
use gateway_edge::http::HttpResponse;
use gateway_ports::index::ProductPage;
use gateway_wire::convert;
use gateway_wire::money::WireMoney;
use serde::Serialize;

/// A product as callers see it.
#[derive(Debug, Serialize)]
pub(crate) struct ProductBody {
    #[serde(with = "convert::text")]
    id: ProductId,
    name: String,
    price: WireMoney,
    /// Units that can be reserved now.
    quantity: u32,
    version: u64,
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

/// A page; `next` is the cursor of the one after it, null at the end.
#[derive(Debug, Serialize)]
pub(crate) struct PageBody {
    items: Vec<ProductBody>,
    next: Option<String>,
}

impl From<ProductPage> for PageBody {
    fn from(page: ProductPage) -> Self {
        Self { items: page.products.into_iter().map(ProductBody::from).collect(), next: page.next }
    }
}

/// One product, with its version as entity tag: what `If-Match` of a `PATCH` takes.
pub(crate) fn product_response(status: u16, product: Product) -> HttpResponse {
    let etag = format!("\"{}\"", product.version);
    HttpResponse::json(status, &ProductBody::from(product)).header("etag", etag)
}
