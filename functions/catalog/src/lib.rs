//! The product catalogue over HTTP.
//!
//! | route | answer |
//! |---|---|
//! | `POST /` | 201: the 46 sample products are there (admin) |
//! | `POST /products` | 201: one new product (admin); 200: made before, with the same id of the caller's |
//! | `PATCH /products/{id}` | 200: changed name, price or stock (admin); `If-Match` guards it, and a restock wants it |
//! | `GET /findAll` | 200: all products, page by page |
//! | `GET /findByName/{name}` | 200: those whose name contains the text, page by page |
//! | `GET /findById/{id}` | 200: one product |
//!
//! Lists come from the search index, which follows the table within a second. One product comes from
//! the table itself: who has just created, changed or reserved it sees what is true.

mod body;
mod create;
mod find;
mod patch;
mod seed;
mod validate;

use gateway_edge::http::{HttpHandler, HttpRequest, HttpResponse, Problem};
use gateway_ports::Clock;
use gateway_ports::catalogue::Catalogue;
use gateway_ports::index::SearchProducts;

pub use seed::SAMPLE_PRODUCTS;

/// The function with the ports it needs.
pub struct Catalog<P, I, C> {
    /// The product table.
    pub products: P,
    /// The search index.
    pub index: I,
    /// Time and new ids.
    pub clock: C,
}

impl<P: Catalogue, I: SearchProducts, C: Clock> HttpHandler for Catalog<P, I, C> {
    async fn handle(&self, request: HttpRequest) -> Result<HttpResponse, Problem> {
        match request.route.as_str() {
            "POST /" => self.seed(&request).await,
            "POST /products" => self.create(&request).await,
            "PATCH /products/{id}" => self.patch(&request).await,
            "GET /findAll" => self.find_all(&request).await,
            "GET /findById/{id}" => self.find_by_id(&request).await,
            "GET /findByName/{name}" => self.find_by_name(&request).await,
            other => Err(Problem::not_found("no_such_route", format!("catalog has no route {other}"))),
        }
    }
}
