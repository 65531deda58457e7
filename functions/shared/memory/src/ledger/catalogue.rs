//! The product table.

use gateway_domain::limits::STOCK_MAX;
use gateway_domain::{Product, ProductId, Timestamp};
use gateway_ports::PortError;
use gateway_ports::catalogue::{Catalogue, NewProduct, PatchOutcome, ProductPatch};

use super::MemoryLedger;
use super::state::StockedProduct;

impl Catalogue for MemoryLedger {
    async fn seed(&self, products: &[NewProduct], _now: Timestamp) -> Result<u64, PortError> {
        let mut state = self.lock();
        let before = state.products.len();
        for product in products {
            state.products.entry(product.id).or_insert_with(|| stocked(product));
        }
        Ok((state.products.len() - before) as u64)
    }

    async fn create(&self, product: &NewProduct, _now: Timestamp) -> Result<Product, PortError> {
        let mut state = self.lock();
        if state.products.contains_key(&product.id) {
            return Err(PortError::permanent(format!("product {} exists already", product.id)));
        }
        let stocked = stocked(product);
        state.products.insert(product.id, stocked.clone());
        Ok(stocked.product)
    }

    async fn patch(
        &self,
        id: ProductId,
        patch: &ProductPatch,
        _now: Timestamp,
    ) -> Result<PatchOutcome, PortError> {
        let mut state = self.lock();
        let Some(stocked) = state.products.get_mut(&id) else { return Ok(PatchOutcome::Unknown) };
        let current = stocked.product.version;
        if patch.if_version.is_some_and(|version| version != current) {
            return Ok(PatchOutcome::VersionDiffers { current });
        }
        let restock = patch.restock.unwrap_or(0);
        let available = i64::from(stocked.product.available).saturating_add(restock);
        if available < 0 {
            return Ok(PatchOutcome::OutOfStock);
        }
        let available =
            u32::try_from(available).ok().filter(|available| *available <= STOCK_MAX || restock <= 0);
        let Some(available) = available else { return Ok(PatchOutcome::Overstocked) };
        apply(stocked, patch, available, restock);
        Ok(PatchOutcome::Patched(stocked.product.clone()))
    }

    async fn product(&self, id: ProductId) -> Result<Option<Product>, PortError> {
        Ok(self.lock().products.get(&id).map(|stocked| stocked.product.clone()))
    }
}

fn apply(stocked: &mut StockedProduct, patch: &ProductPatch, available: u32, restock: i64) {
    let product = &mut stocked.product;
    product.available = available;
    product.version += 1;
    if let Some(name) = &patch.name {
        product.name.clone_from(name);
    }
    if let Some(price) = patch.price {
        product.price = price;
    }
    stocked.stocked_total += restock;
}

fn stocked(new: &NewProduct) -> StockedProduct {
    let product =
        Product { id: new.id, name: new.name.clone(), price: new.price, available: new.stock, version: 1 };
    StockedProduct { product, stocked_total: i64::from(new.stock) }
}
