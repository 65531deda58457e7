//! Recording dead letters.

use gateway_ports::PortError;
use gateway_ports::dead_letters::{DeadLetterRow, DeadLetters};
use sqlx::AssertSqlSafe;

use crate::database::Database;
use crate::failure::to_port_error;
use crate::letter_row::{COLUMNS, decode_row, upsert};

impl DeadLetters for Database {
    async fn record(&self, row: &DeadLetterRow) -> Result<(), PortError> {
        let recorded = self.execute(upsert(row).build()).await;
        recorded.map(drop).map_err(|error| to_port_error("record a dead letter", &error))
    }

    async fn list(&self, limit: u32) -> Result<Vec<DeadLetterRow>, PortError> {
        let sql = format!("SELECT {COLUMNS} FROM dead_letters ORDER BY created_at_ms DESC, id DESC LIMIT ?");
        let rows = self.fetch_all(sqlx::query(AssertSqlSafe(sql)).bind(i64::from(limit))).await;
        rows.map_err(|error| to_port_error("list dead letters", &error))?.iter().map(decode_row).collect()
    }
}
