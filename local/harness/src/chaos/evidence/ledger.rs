//! The tables.

use std::collections::BTreeMap;

use gateway_wire::RecordOrigin;
use sqlx::mysql::MySqlRow;
use sqlx::{MySqlPool, Row as _};

use super::{Event, Evidence, LetterRow, PaymentRow, ProductRow, ReservationRow};
use crate::gateway::Failure;

const PAYMENTS: &str =
    "SELECT id, reservation_id, CAST(amount * 100 AS SIGNED), status, charge_id FROM payments";
const EVENTS: &str = "SELECT payment_id, sequence, at_ms, step, event, attempt, CAST(detail AS CHAR), \
     origin_topic, origin_partition, origin_offset FROM payment_events ORDER BY payment_id, sequence";
const RESERVATIONS: &str = "SELECT id, product_id, quantity, status, payment_id FROM reservations";
const PRODUCTS: &str =
    "SELECT id, name, CAST(price * 10000 AS SIGNED), available, stocked_total, version FROM products";
const LETTERS: &str = "SELECT origin_topic, origin_partition, origin_offset, cause_code, resolution, state \
     FROM dead_letters";

/// Reads all tables.
pub(super) async fn read(database: &str, evidence: &mut Evidence) -> Result<(), Failure> {
    let pool = MySqlPool::connect(database).await.map_err(|error| failed(&error))?;
    evidence.payments = rows(&pool, PAYMENTS, payment).await?.into_iter().collect();
    evidence.reservations = rows(&pool, RESERVATIONS, reservation).await?.into_iter().collect();
    evidence.products = products(&pool).await?;
    evidence.letters = rows(&pool, LETTERS, letter).await?;
    for (payment_id, event) in rows(&pool, EVENTS, event).await? {
        evidence.events.entry(payment_id).or_default().push(event);
    }
    pool.close().await;
    Ok(())
}

/// The products alone.
pub(super) async fn products(pool: &MySqlPool) -> Result<BTreeMap<String, ProductRow>, Failure> {
    Ok(rows(pool, PRODUCTS, product).await?.into_iter().collect())
}

fn failed(error: &dyn std::fmt::Display) -> Failure {
    Failure(format!("chaos: tables: {error}"))
}

async fn rows<T>(
    pool: &MySqlPool,
    sql: &'static str,
    read: impl Fn(&MySqlRow) -> Result<T, sqlx::Error>,
) -> Result<Vec<T>, Failure> {
    let rows = sqlx::query(sql).fetch_all(pool).await.map_err(|error| failed(&error))?;
    rows.iter().map(|row| read(row).map_err(|error| failed(&error))).collect()
}

fn payment(row: &MySqlRow) -> Result<(String, PaymentRow), sqlx::Error> {
    let status: String = row.try_get(3)?;
    let status = status.parse().map_err(|_| sqlx::Error::Protocol(format!("status {status}")))?;
    let payment = PaymentRow {
        reservation_id: row.try_get(1)?,
        amount_cents: row.try_get(2)?,
        status,
        charge_id: row.try_get(4)?,
    };
    Ok((row.try_get(0)?, payment))
}

fn event(row: &MySqlRow) -> Result<(String, Event), sqlx::Error> {
    let event = Event {
        sequence: i64::from(row.try_get::<i32, _>(1)?),
        at_ms: row.try_get(2)?,
        step: row.try_get(3)?,
        event: row.try_get(4)?,
        attempt: i64::from(row.try_get::<i32, _>(5)?),
        detail: row.try_get(6)?,
        origin: origin(row, 7)?,
    };
    Ok((row.try_get(0)?, event))
}

fn origin(row: &MySqlRow, first: usize) -> Result<Option<RecordOrigin>, sqlx::Error> {
    let Some(topic) = row.try_get::<Option<String>, _>(first)? else { return Ok(None) };
    let (partition, offset) = (row.try_get(first + 1)?, row.try_get(first + 2)?);
    Ok(Some(RecordOrigin { topic, partition, offset }))
}

fn reservation(row: &MySqlRow) -> Result<(String, ReservationRow), sqlx::Error> {
    let reservation = ReservationRow {
        product_id: row.try_get(1)?,
        quantity: i64::from(row.try_get::<i32, _>(2)?),
        status: row.try_get(3)?,
        payment_id: row.try_get(4)?,
    };
    Ok((row.try_get(0)?, reservation))
}

fn product(row: &MySqlRow) -> Result<(String, ProductRow), sqlx::Error> {
    let version: i64 = row.try_get(5)?;
    let product = ProductRow {
        name: row.try_get(1)?,
        price_units: row.try_get(2)?,
        available: row.try_get(3)?,
        stocked_total: row.try_get(4)?,
        version: u64::try_from(version).unwrap_or_default(),
    };
    Ok((row.try_get(0)?, product))
}

fn letter(row: &MySqlRow) -> Result<LetterRow, sqlx::Error> {
    let origin = RecordOrigin { topic: row.try_get(0)?, partition: row.try_get(1)?, offset: row.try_get(2)? };
    let (cause, resolution, state) = (row.try_get(3)?, row.try_get(4)?, row.try_get(5)?);
    Ok(LetterRow { origin, cause, resolution, state })
}
