//! Plain reads.

use gateway_domain::{Payment, PaymentId, PaymentStatus, Reservation, ReservationId};
use gateway_ports::PortError;
use gateway_ports::ledger::ReadPayments;
use gateway_ports::reservations::ReadReservations;
use gateway_ports::timeline::TimelineEvent;
use sqlx::mysql::MySqlRow;
use sqlx::{AssertSqlSafe, MySqlConnection};

use crate::column::Columns;
use crate::database::Database;
use crate::failure::{Failure, to_port_error};
use crate::{event_row, payment_row, reservation_row};

impl ReadPayments for Database {
    async fn payment(&self, id: PaymentId) -> Result<Option<Payment>, PortError> {
        let sql = format!("SELECT {} FROM payments WHERE id = ?", payment_row::COLUMNS);
        let rows = self.rows("read a payment", sql, id.to_string()).await?;
        rows.first().map(|row| payment_row::decode(row).map(|row| row.payment)).transpose()
    }

    async fn timeline(&self, id: PaymentId) -> Result<Vec<TimelineEvent>, PortError> {
        let columns = event_row::COLUMNS;
        let sql = format!("SELECT {columns} FROM payment_events WHERE payment_id = ? ORDER BY sequence");
        let rows = self.rows("read a timeline", sql, id.to_string()).await?;
        rows.iter().map(event_row::decode).collect()
    }
}

impl ReadReservations for Database {
    async fn reservation(&self, id: ReservationId) -> Result<Option<Reservation>, PortError> {
        let sql = format!("SELECT {} FROM reservations WHERE id = ?", reservation_row::COLUMNS);
        let rows = self.rows("read a reservation", sql, id.to_string()).await?;
        rows.first().map(reservation_row::decode).transpose()
    }

    async fn payment_status(&self, id: PaymentId) -> Result<Option<PaymentStatus>, PortError> {
        let sql = "SELECT status FROM payments WHERE id = ?".to_owned();
        let rows = self.rows("read a payment's status", sql, id.to_string()).await?;
        rows.first().map(|row| Columns(row).parsed("status")).transpose()
    }
}

impl Database {
    /// The rows of one statement, which has one placeholder and is built of constants only.
    pub(crate) async fn rows(&self, what: &str, sql: String, id: String) -> Result<Vec<MySqlRow>, PortError> {
        let rows = self.fetch_all(sqlx::query(AssertSqlSafe(sql)).bind(id)).await;
        rows.map_err(|error| to_port_error(what, &error))
    }
}

/// A reservation as the transaction of `connection` sees it.
pub(crate) async fn reservation(
    id: ReservationId,
    connection: &mut MySqlConnection,
) -> Result<Option<Reservation>, Failure> {
    let sql = format!("SELECT {} FROM reservations WHERE id = ?", reservation_row::COLUMNS);
    let row = sqlx::query(AssertSqlSafe(sql)).bind(id.to_string()).fetch_optional(connection).await?;
    Ok(row.as_ref().map(reservation_row::decode).transpose()?)
}
