//! Plain reads.

use gateway_domain::{Payment, PaymentId, PaymentStatus, Reservation, ReservationId};
use gateway_ports::PortError;
use gateway_ports::ledger::ReadPayments;
use gateway_ports::reservations::ReadReservations;
use gateway_ports::timeline::TimelineEvent;
use gateway_wire::TraceContext;
use sqlx::mysql::MySqlRow;
use sqlx::{AssertSqlSafe, MySqlConnection};
use tracing::Instrument as _;

use crate::column::Columns;
use crate::database::Database;
use crate::failure::{Failure, to_port_error};
use crate::{event_row, payment_row, reservation_row, transact};

impl ReadPayments for Database {
    async fn payment(&self, id: PaymentId) -> Result<Option<Payment>, PortError> {
        let sql = format!("SELECT {} FROM payments WHERE id = ?", payment_row::COLUMNS);
        let rows = self.rows("read a payment", sql, id.to_string()).await?;
        rows.first().map(|row| payment_row::decode(row).map(|row| row.payment)).transpose()
    }

    async fn trace(&self, id: PaymentId) -> Result<Option<TraceContext>, PortError> {
        let sql = "SELECT traceparent, tracestate FROM payments WHERE id = ?".to_owned();
        let rows = self.rows("read a payment's trace", sql, id.to_string()).await?;
        let trace = |row| payment_row::decode_trace(&Columns(row), "traceparent", "tracestate");
        Ok(rows.first().map(trace).transpose()?.flatten())
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
    pub(crate) async fn rows(
        &self,
        what: &'static str,
        sql: String,
        id: String,
    ) -> Result<Vec<MySqlRow>, PortError> {
        let query = sqlx::query(AssertSqlSafe(sql)).bind(id);
        let rows = self.fetch_all(query).instrument(transact::span(what)).await;
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
