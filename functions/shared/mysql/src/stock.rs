//! The stock account, read by one statement and so as of one moment.

use gateway_domain::ProductId;
use gateway_ports::PortError;
use gateway_ports::stock::{AuditStock, StockAccount};
use sqlx::AssertSqlSafe;
use sqlx::mysql::MySqlRow;

use crate::column::Columns;
use crate::database::Database;
use crate::failure::to_port_error;

/// One row a product. Sums of whole numbers are decimals to the server, hence the casts.
const ACCOUNTS: &str = "SELECT p.id, p.available, p.stocked_total, \
     CAST(COALESCE(SUM(CASE r.status WHEN 'HELD' THEN r.quantity END), 0) AS SIGNED) AS held, \
     CAST(COALESCE(SUM(CASE r.status WHEN 'PAYING' THEN r.quantity END), 0) AS SIGNED) AS paying, \
     CAST(COALESCE(SUM(CASE r.status WHEN 'CONFIRMED' THEN r.quantity END), 0) AS SIGNED) AS confirmed \
     FROM products p LEFT JOIN reservations r ON r.product_id = p.id AND r.status <> 'RELEASED'";
const GROUPED: &str = "GROUP BY p.id, p.available, p.stocked_total";

impl AuditStock for Database {
    async fn stock_account(&self, id: ProductId) -> Result<Option<StockAccount>, PortError> {
        let sql = format!("{ACCOUNTS} WHERE p.id = ? {GROUPED}");
        let rows = self.rows("read a stock account", sql, id.to_string()).await?;
        rows.first().map(decode).transpose()
    }

    async fn stock_check(&self, limit: u32) -> Result<Vec<StockAccount>, PortError> {
        let sql = format!(
            "{ACCOUNTS} {GROUPED} HAVING p.available < 0 OR p.available + held + paying + confirmed <> p.stocked_total LIMIT ?"
        );
        let rows = self.fetch_all(sqlx::query(AssertSqlSafe(sql)).bind(i64::from(limit))).await;
        rows.map_err(|error| to_port_error("check the stock", &error))?.iter().map(decode).collect()
    }
}

fn decode(row: &MySqlRow) -> Result<StockAccount, PortError> {
    let columns = Columns(row);
    Ok(StockAccount {
        product_id: columns.parsed("id")?,
        available: columns.get("available")?,
        held: columns.get("held")?,
        paying: columns.get("paying")?,
        confirmed: columns.get("confirmed")?,
        stocked_total: columns.get("stocked_total")?,
    })
}
