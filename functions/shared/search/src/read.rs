//! Reading: pages by name, and one product by its id.

use gateway_domain::{Product, ProductId};
use gateway_ports::PortError;
use gateway_ports::index::{PageError, ProductPage, SearchProducts};
use opensearch::{GetParts, SearchParts};
use serde::Deserialize;

use crate::cursor::Cursor;
use crate::document::{Document, LiveDocument};
use crate::failure::{expect_success, refused, unreachable_server};
use crate::query::Search;
use crate::{READ_TIMEOUT, SearchIndex};

impl SearchProducts for SearchIndex {
    async fn find_all(&self, limit: u32, cursor: Option<&str>) -> Result<ProductPage, PageError> {
        self.page(&Search::All, limit, cursor).await
    }

    async fn find_by_name(
        &self,
        text: &str,
        limit: u32,
        cursor: Option<&str>,
    ) -> Result<ProductPage, PageError> {
        self.page(&Search::name(text), limit, cursor).await
    }

    async fn find_by_id(&self, id: ProductId) -> Result<Option<Product>, PortError> {
        let id = id.to_string();
        let call = self.client.get(GetParts::IndexId(&self.alias, &id)).request_timeout(READ_TIMEOUT);
        let response = call.send().await.map_err(|error| unreachable_server("get", &error))?;
        let status = response.status_code();
        let text = response.text().await.map_err(|error| unreachable_server("get", &error))?;
        // A missing document and a missing index are both 404; only the first says `found`.
        match serde_json::from_str::<Found>(&text) {
            Ok(Found { found, source }) => Ok(source.filter(|_| found).and_then(Document::into_product)),
            Err(_) => Err(refused("get", status, &text)),
        }
    }
}

#[derive(Debug, Deserialize)]
struct Found {
    found: bool,
    #[serde(rename = "_source")]
    source: Option<Document>,
}

#[derive(Debug, Deserialize)]
struct SearchAnswer {
    timed_out: bool,
    hits: Hits,
}

#[derive(Debug, Deserialize)]
struct Hits {
    hits: Vec<Hit>,
}

#[derive(Debug, Deserialize)]
struct Hit {
    #[serde(rename = "_source")]
    source: LiveDocument,
    sort: (String, String),
}

impl SearchIndex {
    /// One more than asked for says whether there is a next page, so that no page is ever empty.
    async fn page(
        &self,
        search: &Search,
        limit: u32,
        cursor: Option<&str>,
    ) -> Result<ProductPage, PageError> {
        let key = search.key();
        let after = cursor.map(|text| Cursor::decode(text, &key).ok_or(PageError::InvalidCursor));
        let after = after.transpose()?;
        let mut hits =
            self.hits(search, limit.saturating_add(1), after.as_ref()).await.map_err(PageError::Port)?;
        let more = hits.len() > limit as usize;
        hits.truncate(limit as usize);
        let last = hits.last().filter(|_| more);
        let next = last.map(|hit| Cursor::after(&key, hit.sort.0.clone(), hit.sort.1.clone()).encode());
        Ok(ProductPage { products: hits.into_iter().map(|hit| hit.source.into_product()).collect(), next })
    }

    async fn hits(&self, search: &Search, size: u32, after: Option<&Cursor>) -> Result<Vec<Hit>, PortError> {
        let indices = [self.alias.as_str()];
        let call = self
            .client
            .search(SearchParts::Index(&indices))
            .allow_partial_search_results(false)
            .request_timeout(READ_TIMEOUT)
            .body(search.body(size, after));
        let response = expect_success("search", call.send().await).await?;
        let answer: SearchAnswer =
            response.json().await.map_err(|error| unreachable_server("search", &error))?;
        if answer.timed_out {
            return Err(PortError::transient("search: the search index ran out of time"));
        }
        Ok(answer.hits.hits)
    }
}
