//! The products table.

use std::collections::BTreeMap;

use gateway_domain::reservation::ReserveCommand;
use gateway_domain::{Product, ProductId, Reservation, Timestamp};
use gateway_ports::PortError;
use sqlx::mysql::MySqlRow;
use sqlx::{MySqlConnection, QueryBuilder};

use crate::column::{Columns, decimal};
use crate::failure::Failure;
use crate::sql::{IDS_PER_STATEMENT_MAX, push_case, push_list, update_exactly};

/// What is read of a product.
pub(crate) const COLUMNS: &str = "id, name, price, available, version";

/// Takes units out of the stock if they are there at the price the buyer saw. The one statement of
/// the gateway that can make a product sold out, and none can make it oversold.
pub(crate) async fn take(
    command: &ReserveCommand,
    now: Timestamp,
    connection: &mut MySqlConnection,
) -> Result<bool, sqlx::Error> {
    let units = i64::from(command.quantity.get());
    let taken = sqlx::query(
        "UPDATE products SET available = available - ?, version = version + 1, updated_at_ms = ? \
         WHERE id = ? AND price = ? AND available >= ?",
    )
    .bind(units)
    .bind(now.as_millis())
    .bind(command.product_id.to_string())
    .bind(decimal(command.price))
    .bind(units)
    .execute(connection)
    .await?;
    Ok(taken.rows_affected() == 1)
}

/// Puts the units of released reservations back, product by product in the order of their ids.
pub(crate) async fn give_back(
    released: &[Reservation],
    now: Timestamp,
    connection: &mut MySqlConnection,
) -> Result<(), Failure> {
    let mut units: BTreeMap<ProductId, i64> = BTreeMap::new();
    for reservation in released {
        *units.entry(reservation.product_id).or_default() += i64::from(reservation.quantity.get());
    }
    let units: Vec<_> = units.into_iter().collect();
    for units in units.chunks(IDS_PER_STATEMENT_MAX) {
        let mut query =
            QueryBuilder::new("UPDATE products FORCE INDEX (PRIMARY) SET available = available + ");
        push_case(&mut query, units.iter().copied());
        query.push(", version = version + 1, updated_at_ms = ").push_bind(now.as_millis());
        query.push(" WHERE id IN ");
        push_list(&mut query, units.iter().map(|(id, _)| id));
        update_exactly(&mut query, units.len(), connection).await?;
    }
    Ok(())
}

pub(crate) fn decode(row: &MySqlRow) -> Result<Product, PortError> {
    let columns = Columns(row);
    Ok(Product {
        id: columns.parsed("id")?,
        name: columns.get("name")?,
        price: columns.money("price")?,
        available: columns.count("available")?,
        version: columns.count("version")?,
    })
}
