//! The product table and the search index.

use gateway_domain::{Product, ProductId, Timestamp};
use gateway_ports::PortError;
use gateway_ports::catalogue::{Catalogue, NewProduct, PatchOutcome, ProductPatch};
use gateway_ports::index::{IndexChange, IndexOutcome, PageError, ProductPage, SearchProducts, WriteIndex};

use crate::env::Port;
use crate::planted::Planted;

impl Catalogue for Port {
    async fn seed(&self, products: &[NewProduct], now: Timestamp) -> Result<u64, PortError> {
        self.commit("seed", self.0.world.ledger.seed(products, now)).await
    }

    async fn create(&self, product: &NewProduct, now: Timestamp) -> Result<Product, PortError> {
        self.commit("create product", self.0.world.ledger.create(product, now)).await
    }

    async fn patch(
        &self,
        id: ProductId,
        patch: &ProductPatch,
        now: Timestamp,
    ) -> Result<PatchOutcome, PortError> {
        self.commit("patch product", self.0.world.ledger.patch(id, patch, now)).await
    }

    async fn product(&self, id: ProductId) -> Result<Option<Product>, PortError> {
        self.call("read product", self.0.world.ledger.product(id)).await
    }
}

impl WriteIndex for Port {
    async fn apply(&self, changes: &[IndexChange]) -> Result<Vec<IndexOutcome>, PortError> {
        let index = &self.0.world.index;
        let apply = async {
            if self.0.world.has(Planted::IndexWithoutVersion) {
                changes.iter().for_each(|change| index.force(change));
                return Ok(vec![IndexOutcome::Applied; changes.len()]);
            }
            index.apply(changes).await
        };
        self.call("index", apply).await
    }
}

impl SearchProducts for Port {
    async fn find_all(&self, limit: u32, cursor: Option<&str>) -> Result<ProductPage, PageError> {
        let index = &self.0.world.index;
        self.call("find all", async { Ok(index.find_all(limit, cursor).await) })
            .await
            .map_err(PageError::Port)?
    }

    async fn find_by_name(
        &self,
        text: &str,
        limit: u32,
        cursor: Option<&str>,
    ) -> Result<ProductPage, PageError> {
        let index = &self.0.world.index;
        let find = async { Ok(index.find_by_name(text, limit, cursor).await) };
        self.call("find by name", find).await.map_err(PageError::Port)?
    }

    async fn find_by_id(&self, id: ProductId) -> Result<Option<Product>, PortError> {
        self.call("find by id", self.0.world.index.find_by_id(id)).await
    }
}
