//! The search index, against the table it follows.

use std::collections::BTreeMap;

use gateway_ports::index::SearchProducts as _;
use gateway_search::{SearchConfig, SearchIndex};
use sqlx::MySqlPool;

use super::{ProductRow, ledger};
use crate::Endpoints;
use crate::gateway::Failure;

/// A product as the index has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Indexed {
    /// Its name.
    pub name: String,
    /// Its price in ten-thousandths.
    pub price_units: i64,
    /// Units that can be reserved.
    pub available: i64,
    /// The version of the row that was indexed.
    pub version: u64,
}

impl Indexed {
    /// Whether it says what the row says.
    #[must_use]
    pub fn is(&self, row: &ProductRow) -> bool {
        self.name == row.name
            && self.price_units == row.price_units
            && self.available == row.available
            && self.version == row.version
    }
}

/// These products, as far as the index has them.
pub(super) async fn read(
    search: &str,
    ids: impl Iterator<Item = &String>,
) -> Result<BTreeMap<String, Indexed>, Failure> {
    let failed = |error: &dyn std::fmt::Display| Failure(format!("chaos: index: {error}"));
    let config = SearchConfig::plain(search).map_err(|error| failed(&error))?;
    let index = SearchIndex::new(config).map_err(|error| failed(&error))?;
    let mut indexed = BTreeMap::new();
    for id in ids {
        let product_id = id.parse().map_err(|_| failed(&format!("{id} is no product's id")))?;
        if let Some(product) = index.find_by_id(product_id).await.map_err(|error| failed(&error))? {
            let row = Indexed {
                name: product.name,
                price_units: product.price.units(),
                available: i64::from(product.available),
                version: product.version,
            };
            indexed.insert(id.clone(), row);
        }
    }
    Ok(indexed)
}

/// How many products the index does not have as the table has them now.
///
/// # Errors
/// One of the servers does not answer.
pub async fn differing(endpoints: &Endpoints) -> Result<usize, Failure> {
    let pool = MySqlPool::connect(&endpoints.database).await.map_err(|error| Failure(error.to_string()))?;
    let products = ledger::products(&pool).await?;
    pool.close().await;
    let indexed = read(&endpoints.search, products.keys()).await?;
    let same = |(id, row): &(&String, &ProductRow)| indexed.get(*id).is_some_and(|found| found.is(row));
    Ok(products.iter().filter(|product| !same(product)).count())
}
