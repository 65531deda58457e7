//! Looks at the ledger all the time: stock is conserved at every commit, and final statuses absorb.

use std::collections::BTreeMap;
use std::time::Duration;

use sqlx::mysql::MySqlPoolOptions;
use sqlx::{MySqlPool, Row as _};

use super::finding::Finding;
use crate::gateway::Failure;

/// Promises that are watched.
pub const CONSERVED: &str = "stock is conserved at every commit";
/// Likewise.
pub const ABSORBED: &str = "final statuses absorb";

/// Between two looks.
const PAUSE: Duration = Duration::from_millis(250);
/// How long a look may wait for a connection: the database is down now and then.
const ACQUIRED_WITHIN: Duration = Duration::from_secs(2);

/// One statement, so that it sees one moment. Products whose units do not add up, or are below zero.
const DRIFTING: &str = "SELECT p.id, p.available, p.stocked_total, CAST(COALESCE(SUM(r.quantity), 0) AS SIGNED) AS bound \
     FROM products p LEFT JOIN reservations r ON r.product_id = p.id AND r.status <> 'RELEASED' \
     GROUP BY p.id, p.available, p.stocked_total \
     HAVING p.available < 0 OR p.available + bound <> p.stocked_total";
const ENDED: &str = "SELECT id, status FROM payments WHERE status IN ('AUTHORIZED', 'DECLINED', 'FAILED', 'REJECTED', 'VOIDED')";

/// What was seen so far.
pub struct Watch {
    ledger: MySqlPool,
    ended: BTreeMap<String, String>,
    /// What was wrong, each once.
    findings: BTreeMap<String, Finding>,
    /// How often the ledger was looked at.
    looks: u64,
}

impl Watch {
    /// Connects when it first looks.
    ///
    /// # Errors
    /// The address is none.
    pub fn new(database: &str) -> Result<Self, Failure> {
        let options = MySqlPoolOptions::new().max_connections(1).acquire_timeout(ACQUIRED_WITHIN);
        let ledger = options.connect_lazy(database).map_err(|error| Failure(error.to_string()))?;
        Ok(Self { ledger, ended: BTreeMap::new(), findings: BTreeMap::new(), looks: 0 })
    }

    /// Looks again and again until `stop` is told; what was found, and how often was looked.
    pub async fn run(mut self, mut stop: tokio::sync::oneshot::Receiver<()>) -> (Vec<Finding>, u64) {
        loop {
            // A database that is down shows nothing.
            if self.look().await.is_ok() {
                self.looks += 1;
            }
            tokio::select! {
                _ = &mut stop => return (self.findings.into_values().collect(), self.looks),
                () = tokio::time::sleep(PAUSE) => {}
            }
        }
    }

    async fn look(&mut self) -> Result<(), sqlx::Error> {
        for row in sqlx::query(DRIFTING).fetch_all(&self.ledger).await? {
            let id: String = row.try_get(0)?;
            let (available, stocked, bound): (i64, i64, i64) =
                (row.try_get(1)?, row.try_get(2)?, row.try_get(3)?);
            let what = format!("{id}: {available} available and {bound} bound, of {stocked}");
            self.findings.entry(id).or_insert_with(|| Finding::of(CONSERVED, what));
        }
        for row in sqlx::query(ENDED).fetch_all(&self.ledger).await? {
            let (id, status): (String, String) = (row.try_get(0)?, row.try_get(1)?);
            self.compare(id, status);
        }
        Ok(())
    }

    fn compare(&mut self, id: String, status: String) {
        let before = self.ended.entry(id.clone()).or_insert_with(|| status.clone());
        if *before != status {
            let what = format!("it was {before}, and became {status}");
            self.findings.entry(id.clone()).or_insert_with(|| Finding::about(ABSORBED, &id, what));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_final_status_that_changes_is_found_once() {
        let mut watch = Watch::new("mysql://nobody@127.0.0.1:1/none").unwrap();
        for status in ["FAILED", "FAILED", "AUTHORIZED", "AUTHORIZED"] {
            watch.compare("p1".to_owned(), status.to_owned());
        }
        let found: Vec<_> = watch.findings.into_values().collect();
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].payment_id.as_deref(), Some("p1"));
    }
}
