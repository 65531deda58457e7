//! The stock account.

use gateway_domain::{ProductId, ReservationStatus};
use gateway_ports::PortError;
use gateway_ports::stock::{AuditStock, StockAccount};

use super::MemoryLedger;
use super::state::State;

impl State {
    fn account(&self, id: ProductId) -> Option<StockAccount> {
        let stocked = self.products.get(&id)?;
        let units = |status: ReservationStatus| {
            let of = self.reservations.values().filter(|row| row.product_id == id && row.status == status);
            of.map(|row| i64::from(row.quantity.get())).sum()
        };
        Some(StockAccount {
            product_id: id,
            available: i64::from(stocked.product.available),
            held: units(ReservationStatus::Held),
            paying: units(ReservationStatus::Paying),
            confirmed: units(ReservationStatus::Confirmed),
            stocked_total: stocked.stocked_total,
        })
    }
}

impl AuditStock for MemoryLedger {
    async fn stock_account(&self, id: ProductId) -> Result<Option<StockAccount>, PortError> {
        Ok(self.lock().account(id))
    }

    async fn stock_check(&self, limit: u32) -> Result<Vec<StockAccount>, PortError> {
        let state = self.lock();
        let accounts = state.products.keys().filter_map(|id| state.account(*id));
        Ok(accounts.filter(|account| !account.is_conserved()).take(limit as usize).collect())
    }
}
