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
