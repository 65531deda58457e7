//! `GET /findAll`, `GET /findByName/{name}`, `GET /findById/{id}`

use gateway_domain::ProductId;
use gateway_domain::limits::{PAGE_LIMIT_DEFAULT, PAGE_LIMIT_MAX, PRODUCT_NAME_LEN_MAX};
use gateway_edge::http::{HttpRequest, HttpResponse, Problem};
use gateway_ports::catalogue::Catalogue;
use gateway_ports::index::{PageError, ProductPage, SearchProducts};

use crate::Catalog;
use crate::body::{page_body, product_response};

impl<P: Catalogue, I: SearchProducts, C> Catalog<P, I, C> {
    pub(crate) async fn find_all(&self, request: &HttpRequest) -> Result<HttpResponse, Problem> {
        let page = self.index.find_all(limit(request)?, request.query("cursor")).await;
        page_response(page)
    }

    pub(crate) async fn find_by_name(&self, request: &HttpRequest) -> Result<HttpResponse, Problem> {
        let text = request.path_parameter("name");
        if text.chars().count() > PRODUCT_NAME_LEN_MAX {
            let detail = format!("no name is longer than {PRODUCT_NAME_LEN_MAX} characters");
            return Err(Problem::bad_request("invalid_name", detail));
        }
        let page = self.index.find_by_name(text, limit(request)?, request.query("cursor")).await;
        page_response(page)
    }

    /// From the table: the index lags, and who has just written asks here.
    pub(crate) async fn find_by_id(&self, request: &HttpRequest) -> Result<HttpResponse, Problem> {
        let id: ProductId = request.path_id("id", "product_not_found")?;
        let product = self.products.product(id).await?;
        let product =
            product.ok_or_else(|| Problem::not_found("product_not_found", "there is no such product"))?;
        Ok(product_response(200, product))
    }
}

fn limit(request: &HttpRequest) -> Result<u32, Problem> {
    request.query_number("limit", PAGE_LIMIT_DEFAULT, 1, PAGE_LIMIT_MAX)
}

fn page_response(page: Result<ProductPage, PageError>) -> Result<HttpResponse, Problem> {
    match page {
        Ok(page) => Ok(HttpResponse::json(200, &page_body(page))),
        Err(PageError::InvalidCursor) => Err(Problem::bad_request(
            "invalid_cursor",
            "cursor is the next of an earlier page of the same search, or absent",
        )),
        Err(PageError::Port(error)) => Err(error.into()),
    }
}
