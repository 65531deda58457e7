//! What stands in MySQL, beneath the API.

use harness::Endpoints;
use sqlx::{MySqlPool, QueryBuilder, Row as _};

/// A connection to the ledger.
pub async fn connect(endpoints: &Endpoints) -> MySqlPool {
    MySqlPool::connect(&endpoints.database).await.unwrap()
}

/// Units of a product that were ever put in stock, minus all that are available, held, being paid or sold.
pub async fn stock_drift(ledger: &MySqlPool, product_id: &str) -> i64 {
    let query = "SELECT CAST(p.stocked_total AS SIGNED) - CAST(p.available AS SIGNED) - CAST(COALESCE((SELECT SUM(r.quantity) \
        FROM reservations r WHERE r.product_id = p.id AND r.status IN ('HELD', 'PAYING', 'CONFIRMED')), 0) AS SIGNED) \
        FROM products p WHERE p.id = ?";
    sqlx::query(query).bind(product_id).fetch_one(ledger).await.unwrap().get(0)
}

/// Lets a reservation's time run out now.
pub async fn let_expire(ledger: &MySqlPool, reservation_id: &str) {
    let done = sqlx::query("UPDATE reservations SET expires_at_ms = 1 WHERE id = ?")
        .bind(reservation_id)
        .execute(ledger)
        .await
        .unwrap();
    assert_eq!(done.rows_affected(), 1);
}

/// Deletes a product, as only who has the database can.
pub async fn delete_product(ledger: &MySqlPool, product_id: &str) {
    let done =
        sqlx::query("DELETE FROM products WHERE id = ?").bind(product_id).execute(ledger).await.unwrap();
    assert_eq!(done.rows_affected(), 1);
}

/// Puts a payment that is IN_ANALYSIS under review, last asked about at `asked_at_ms`.
pub async fn put_under_review(ledger: &MySqlPool, payment_id: &str, asked_at_ms: i64) {
    let done = sqlx::query(
        "UPDATE payments SET status = 'IN_REVIEW', silent_since_ms = NULL, asked_at_ms = ?, version = version + 1 \
         WHERE id = ? AND status = 'IN_ANALYSIS'",
    )
    .bind(asked_at_ms)
    .bind(payment_id)
    .execute(ledger)
    .await
    .unwrap();
    assert_eq!(done.rows_affected(), 1);
}

/// Opens a payment's dead letters again, as if a person had to see to them.
pub async fn open_letters_of(ledger: &MySqlPool, payment_id: &str) {
    let query = "UPDATE dead_letters SET state = 'OPEN' WHERE payment_id = ?";
    let done = sqlx::query(query).bind(payment_id).execute(ledger).await.unwrap();
    assert!(done.rows_affected() > 0);
}

/// Every row of every table that this user may see, all columns as text, each with its table.
pub async fn every_row(ledger: &MySqlPool) -> Vec<(String, Vec<u8>)> {
    let mut rows = Vec::new();
    for (table, columns) in tables(ledger).await {
        let texts: Vec<String> = columns.iter().map(|column| format!("CAST(`{column}` AS BINARY)")).collect();
        let query = format!("SELECT CONCAT_WS(0x1F, {}) FROM {table}", texts.join(", "));
        let of_table = QueryBuilder::new(query).build().fetch_all(ledger).await.unwrap();
        rows.extend(of_table.iter().map(|row| (table.clone(), row.get(0))));
    }
    rows
}

/// Those tables, with their columns.
async fn tables(ledger: &MySqlPool) -> Vec<(String, Vec<String>)> {
    let columns = sqlx::query(
        "SELECT CAST(c.table_schema AS CHAR), CAST(c.table_name AS CHAR), CAST(c.column_name AS CHAR) \
         FROM information_schema.columns c JOIN information_schema.tables t \
         ON t.table_schema = c.table_schema AND t.table_name = c.table_name \
         WHERE t.table_type = 'BASE TABLE' ORDER BY 1, 2",
    )
    .fetch_all(ledger)
    .await
    .unwrap();
    let mut tables: Vec<(String, Vec<String>)> = Vec::new();
    for row in &columns {
        let table = format!("`{}`.`{}`", row.get::<String, _>(0), row.get::<String, _>(1));
        match tables.last_mut().filter(|(known, _)| *known == table) {
            Some((_, columns)) => columns.push(row.get(2)),
            None => tables.push((table, vec![row.get(2)])),
        }
    }
    tables
}
