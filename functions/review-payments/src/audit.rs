//! Comparing the stock with what was seeded and restocked, now and then.

use std::sync::atomic::{AtomicI64, Ordering};

use gateway_domain::Timestamp;
use gateway_edge::metrics::{self, Unit};
use gateway_ports::stock::StockAccount;
use gateway_ports::{Clock, PortError};

use crate::{Ledger, NAME, ReviewPayments};

/// How often an environment compares, in milliseconds: each time reads every product and every
/// reservation that is not released.
const EVERY_MS: i64 = 15 * 60 * 1000;
/// Products told of in one run.
const PRODUCTS_MAX: u32 = 100;

/// When an environment last tried to compare; a new one has not.
#[derive(Debug, Default)]
pub struct LastAudit(AtomicI64);

impl LastAudit {
    fn is_due(&self, now: Timestamp) -> bool {
        now.as_millis() - self.0.load(Ordering::Relaxed) >= EVERY_MS
    }

    fn done(&self, now: Timestamp) {
        self.0.store(now.as_millis(), Ordering::Relaxed);
    }
}

impl<L: Ledger, V, P, C: Clock> ReviewPayments<L, V, P, C> {
    /// Tells how many units are missing or too many; `None` where it is not time yet.
    pub(crate) async fn audit_stock(&self) -> Result<Option<u64>, PortError> {
        let now = self.clock.now();
        if !self.stock_audited.is_due(now) {
            return Ok(None);
        }
        // Also where it fails: once in a while that is told, and costs the ledger a look; each minute it would hide
        // all other failures.
        self.stock_audited.done(now);
        let accounts = self.ledger.stock_check(PRODUCTS_MAX).await?;
        accounts.iter().for_each(tell);
        let drift = accounts.iter().map(|account| account.drift().unsigned_abs()).sum();
        metrics::put(NAME, metrics::STOCK_DRIFT, Unit::Count, drift);
        Ok(Some(drift))
    }
}

fn tell(account: &StockAccount) {
    tracing::error!(product_id = %account.product_id, drift = account.drift(), available = account.available,
        held = account.held, paying = account.paying, confirmed = account.confirmed,
        stocked_total = account.stocked_total, "the stock does not add up");
}
