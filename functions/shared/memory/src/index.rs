//! The product index in memory.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use gateway_domain::{Product, ProductId};
use gateway_ports::PortError;
use gateway_ports::index::{
    IndexChange, IndexOutcome, PageError, ProductPage, SearchProducts, WriteIndex, fold,
};

/// [`WriteIndex`] and [`SearchProducts`] without a server. What is written is visible at once.
#[derive(Debug, Default)]
pub struct MemoryIndex {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    documents: BTreeMap<ProductId, Document>,
    scripted: BTreeMap<ProductId, IndexOutcome>,
    outage: Option<String>,
    bulk_calls: usize,
}

/// A deletion is a document without a product, so that nothing older can come back.
#[derive(Debug)]
struct Document {
    version: u64,
    product: Option<Product>,
}

impl MemoryIndex {
    /// From now on every call fails transiently with `reason`; `None` ends the outage.
    pub fn set_outage(&self, reason: Option<&str>) {
        self.state().outage = reason.map(str::to_owned);
    }

    /// The next change of `id` is not applied but answered so.
    pub fn answer_next(&self, id: ProductId, outcome: IndexOutcome) {
        self.state().scripted.insert(id, outcome);
    }

    /// How many bulk calls there have been.
    #[must_use]
    pub fn bulk_calls(&self) -> usize {
        self.state().bulk_calls
    }

    /// A product as the index has it now.
    #[must_use]
    pub fn document(&self, id: ProductId) -> Option<Product> {
        self.state().documents.get(&id)?.product.clone()
    }

    /// Damage: a change whatever its version.
    pub fn force(&self, change: &IndexChange) {
        let (id, version, product) = change_of(change);
        self.state().documents.insert(id, Document { version, product });
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn page(
        &self,
        matches: impl Fn(&str) -> bool,
        search: &str,
        limit: u32,
        cursor: Option<&str>,
    ) -> Result<ProductPage, PageError> {
        let after = cursor.map(|text| Cursor::decode(text, search).ok_or(PageError::InvalidCursor));
        let after = after.transpose()?;
        let mut hits = self.state().live().map_err(PageError::Port)?;
        hits.retain(|(place, _)| {
            matches(&place.name_folded) && after.as_ref().is_none_or(|after| place > after)
        });
        let more = hits.len() > limit as usize;
        hits.truncate(limit as usize);
        let next = hits.last().filter(|_| more).map(|(place, _)| place.encode(search));
        Ok(ProductPage { products: hits.into_iter().map(|(_, product)| product).collect(), next })
    }
}

/// Where a product stands in the order of pages.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Cursor {
    name_folded: String,
    id: String,
}

/// Stands in no id, and where it stands in a name or a search it comes after the first two.
const SEPARATOR: char = '|';

impl Cursor {
    fn encode(&self, search: &str) -> String {
        let Self { name_folded, id } = self;
        format!("{id}{SEPARATOR}{}{SEPARATOR}{search}{name_folded}", search.len())
    }

    fn decode(text: &str, search: &str) -> Option<Self> {
        let (id, rest) = text.split_once(SEPARATOR)?;
        let (search_len, rest) = rest.split_once(SEPARATOR)?;
        let name_folded = rest.strip_prefix(search)?;
        let same_search = search_len.parse() == Ok(search.len());
        same_search.then(|| Self { name_folded: name_folded.to_owned(), id: id.to_owned() })
    }
}

impl State {
    fn reachable(&self) -> Result<(), PortError> {
        self.outage.as_ref().map_or(Ok(()), |reason| Err(PortError::transient(reason)))
    }

    /// The products that are not deleted, in order.
    fn live(&self) -> Result<Vec<(Cursor, Product)>, PortError> {
        self.reachable()?;
        let products = self.documents.values().filter_map(|document| document.product.clone());
        let place =
            |product: &Product| Cursor { name_folded: fold(&product.name), id: product.id.to_string() };
        let mut live: Vec<_> = products.map(|product| (place(&product), product)).collect();
        live.sort_by(|(one, _), (other, _)| one.cmp(other));
        Ok(live)
    }

    fn apply(&mut self, change: &IndexChange) -> IndexOutcome {
        let (id, version, product) = change_of(change);
        if let Some(outcome) = self.scripted.remove(&id) {
            return outcome;
        }
        if self.documents.get(&id).is_some_and(|document| document.version > version) {
            return IndexOutcome::Superseded;
        }
        self.documents.insert(id, Document { version, product });
        IndexOutcome::Applied
    }
}

fn change_of(change: &IndexChange) -> (ProductId, u64, Option<Product>) {
    match change {
        IndexChange::Put(product) => (product.id, product.version, Some(product.clone())),
        IndexChange::Delete { id, version } => (*id, *version, None),
    }
}

impl WriteIndex for MemoryIndex {
    async fn apply(&self, changes: &[IndexChange]) -> Result<Vec<IndexOutcome>, PortError> {
        let mut state = self.state();
        state.reachable()?;
        state.bulk_calls += 1;
        Ok(changes.iter().map(|change| state.apply(change)).collect())
    }
}

impl SearchProducts for MemoryIndex {
    async fn find_all(&self, limit: u32, cursor: Option<&str>) -> Result<ProductPage, PageError> {
        self.page(|_| true, "all", limit, cursor)
    }

    async fn find_by_name(
        &self,
        text: &str,
        limit: u32,
        cursor: Option<&str>,
    ) -> Result<ProductPage, PageError> {
        let folded = fold(text);
        self.page(|name| name.contains(&folded), &format!("name:{folded}"), limit, cursor)
    }

    async fn find_by_id(&self, id: ProductId) -> Result<Option<Product>, PortError> {
        let state = self.state();
        state.reachable()?;
        Ok(state.documents.get(&id).and_then(|document| document.product.clone()))
    }
}

#[cfg(test)]
mod tests {
    use gateway_conformance::index::Fresh;

    use super::*;

    async fn fresh() -> Fresh<MemoryIndex, impl AsyncFn(&MemoryIndex), impl AsyncFnOnce(MemoryIndex)> {
        Fresh { index: MemoryIndex::default(), refresh: async |_: &_| {}, discard: async |_| {} }
    }

    gateway_conformance::index_suite!(fresh);
}
