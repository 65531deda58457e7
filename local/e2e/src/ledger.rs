//! What stands in MySQL, beneath the API.

use harness::Endpoints;
use sqlx::{MySqlPool, Row as _};

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
