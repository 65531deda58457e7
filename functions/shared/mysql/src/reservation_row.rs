//! The reservations table.

use gateway_domain::{PaymentId, Quantity, Reservation, ReservationId, Timestamp};
use gateway_ledger::ReservationMove;
use gateway_ports::PortError;
use sqlx::mysql::MySqlRow;
use sqlx::{MySql, MySqlConnection, QueryBuilder};

use crate::column::{Columns, decimal, unreadable};
use crate::failure::Failure;
use crate::payment_row::decode_user;
use crate::sql::{IDS_PER_STATEMENT_MAX, push_case, push_list, update_exactly};

/// What is read of a reservation; also what is written, in this order.
pub(crate) const COLUMNS: &str = "id, product_id, user_id, quantity, price, total_price, status, payment_id, \
     expires_at_ms, created_at_ms";

/// Locks and reads the reservations of these ids, which are sorted.
pub(crate) async fn lock(
    ids: &[ReservationId],
    connection: &mut MySqlConnection,
) -> Result<Vec<Reservation>, Failure> {
    let mut reservations = Vec::with_capacity(ids.len());
    for ids in ids.chunks(IDS_PER_STATEMENT_MAX) {
        let mut query = QueryBuilder::new("SELECT ");
        query.push(COLUMNS).push(" FROM reservations FORCE INDEX (PRIMARY) WHERE id IN ");
        push_list(&mut query, ids);
        query.push(" ORDER BY id FOR UPDATE");
        for row in query.build().fetch_all(&mut *connection).await? {
            reservations.push(decode(&row)?);
        }
    }
    Ok(reservations)
}

/// Inserts one; a duplicate key means that it was made before.
pub(crate) async fn insert(
    reservation: &Reservation,
    connection: &mut MySqlConnection,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO reservations (id, product_id, user_id, quantity, price, total_price, status, payment_id, \
         expires_at_ms, created_at_ms, updated_at_ms) VALUES (?, ?, ?, ?, ?, ?, ?, NULL, ?, ?, ?)",
    )
    .bind(reservation.id.to_string())
    .bind(reservation.product_id.to_string())
    .bind(reservation.user_id.as_str())
    .bind(i64::from(reservation.quantity.get()))
    .bind(decimal(reservation.price))
    .bind(decimal(reservation.total_price))
    .bind(reservation.status.as_str())
    .bind(reservation.expires_at.as_millis())
    .bind(reservation.created_at.as_millis())
    .bind(reservation.created_at.as_millis())
    .execute(connection)
    .await
    .map(drop)
}

/// Moves reservations, each only from where it must be.
pub(crate) async fn move_all(
    moves: &[ReservationMove],
    now: Timestamp,
    connection: &mut MySqlConnection,
) -> Result<(), Failure> {
    let (mut taken, mut confirmed, mut held) = (Vec::new(), Vec::new(), Vec::new());
    for moved in moves {
        match moved {
            ReservationMove::Pay(id, payment) => taken.push((*id, *payment)),
            ReservationMove::Confirm(id) => confirmed.push(*id),
            ReservationMove::HoldAgain(id) => held.push(*id),
        }
    }
    for taken in taken.chunks(IDS_PER_STATEMENT_MAX) {
        update_exactly(&mut pay(taken, now), taken.len(), connection).await?;
    }
    for ids in confirmed.chunks(IDS_PER_STATEMENT_MAX) {
        let mut query = leave("status = 'CONFIRMED'", "PAYING", ids, now);
        update_exactly(&mut query, ids.len(), connection).await?;
    }
    for ids in held.chunks(IDS_PER_STATEMENT_MAX) {
        let mut query = leave("status = 'HELD', payment_id = NULL", "PAYING", ids, now);
        update_exactly(&mut query, ids.len(), connection).await?;
    }
    Ok(())
}

/// HELD → RELEASED, for rows this transaction has locked and seen HELD.
pub(crate) async fn release(
    ids: &[ReservationId],
    now: Timestamp,
    connection: &mut MySqlConnection,
) -> Result<(), Failure> {
    for ids in ids.chunks(IDS_PER_STATEMENT_MAX) {
        let mut query = leave("status = 'RELEASED'", "HELD", ids, now);
        update_exactly(&mut query, ids.len(), connection).await?;
    }
    Ok(())
}

fn pay(taken: &[(ReservationId, PaymentId)], now: Timestamp) -> QueryBuilder<MySql> {
    let mut query = QueryBuilder::new(
        "UPDATE reservations FORCE INDEX (PRIMARY) SET status = 'PAYING', updated_at_ms = ",
    );
    query.push_bind(now.as_millis()).push(", payment_id = ");
    push_case(&mut query, taken.iter().map(|(id, payment)| (id, payment.to_string())));
    query.push(" WHERE status = 'HELD' AND id IN ");
    push_list(&mut query, taken.iter().map(|(id, _)| id));
    query
}

fn leave(
    assignments: &'static str,
    from: &'static str,
    ids: &[ReservationId],
    now: Timestamp,
) -> QueryBuilder<MySql> {
    let mut query = QueryBuilder::new("UPDATE reservations FORCE INDEX (PRIMARY) SET ");
    query.push(assignments).push(", updated_at_ms = ").push_bind(now.as_millis());
    query.push(" WHERE status = ").push_bind(from).push(" AND id IN ");
    push_list(&mut query, ids);
    query
}

pub(crate) fn decode(row: &MySqlRow) -> Result<Reservation, PortError> {
    let columns = Columns(row);
    Ok(Reservation {
        id: columns.parsed("id")?,
        product_id: columns.parsed("product_id")?,
        user_id: decode_user(&columns)?,
        quantity: Quantity::new(columns.count("quantity")?).map_err(|error| unreadable("quantity", error))?,
        price: columns.money("price")?,
        total_price: columns.money("total_price")?,
        status: columns.parsed("status")?,
        payment_id: columns.parsed_option("payment_id")?,
        expires_at: columns.time("expires_at_ms")?,
        created_at: columns.time("created_at_ms")?,
    })
}
