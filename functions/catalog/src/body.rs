//! What the catalogue answers with.

use gateway_domain::Product;
use gateway_edge::http::HttpResponse;
use gateway_ports::index::ProductPage;
use gateway_wire::http::{ProductBody, ProductsBody};

/// A page; `next` is the cursor of the one after it, null at the end.
pub(crate) fn page_body(page: ProductPage) -> ProductsBody {
    ProductsBody { items: page.products.into_iter().map(ProductBody::from).collect(), next: page.next }
}

/// One product, with its version as entity tag: what `If-Match` of a `PATCH` takes.
pub(crate) fn product_response(status: u16, product: Product) -> HttpResponse {
    let etag = format!("\"{}\"", product.version);
    HttpResponse::json(status, &ProductBody::from(product)).header("etag", etag)
}
