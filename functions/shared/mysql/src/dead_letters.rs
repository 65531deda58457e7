//! The dead letters' table.

use gateway_ledger::clip;
use gateway_ports::PortError;
use gateway_ports::dead_letters::{DeadLetterRow, DeadLetters};
use gateway_wire::RecordOrigin;
use sqlx::mysql::MySqlRow;
use sqlx::{AssertSqlSafe, MySql, QueryBuilder};

use crate::column::{Columns, unreadable};
use crate::database::Database;
use crate::failure::to_port_error;

/// What is read of a dead letter; also what is written, in this order.
const COLUMNS: &str = "id, origin_topic, origin_partition, origin_offset, dlq_topic, dlq_partition, dlq_offset, \
     step, cause_code, cause_message, payment_id, attempts, record_key, record_value, resolution, created_at_ms";

// What the columns hold, in characters; whatever a record contains, its dead letter is kept.
const TOPIC_LEN_MAX: usize = 249;
const STEP_LEN_MAX: usize = 200;
const CODE_LEN_MAX: usize = 100;
const MESSAGE_LEN_MAX: usize = 4000;

impl DeadLetters for Database {
    async fn record(&self, row: &DeadLetterRow) -> Result<(), PortError> {
        let recorded = upsert(row).build().execute(self.pool()).await;
        recorded.map(drop).map_err(|error| to_port_error("record a dead letter", &error))
    }

    async fn list(&self, limit: u32) -> Result<Vec<DeadLetterRow>, PortError> {
        let sql = format!("SELECT {COLUMNS} FROM dead_letters ORDER BY created_at_ms DESC, id DESC LIMIT ?");
        let rows = sqlx::query(AssertSqlSafe(sql)).bind(i64::from(limit)).fetch_all(self.pool()).await;
        rows.map_err(|error| to_port_error("list dead letters", &error))?.iter().map(decode).collect()
    }
}

/// Kafka's own topics are ASCII; a letter may claim any text, and is kept all the same.
fn ascii(topic: &str) -> String {
    topic.chars().map(|c| if c.is_ascii() { c } else { '?' }).collect()
}

fn upsert(row: &DeadLetterRow) -> QueryBuilder<MySql> {
    let mut query = QueryBuilder::new("INSERT INTO dead_letters (");
    query.push(COLUMNS).push(") ");
    query.push_values([row], |mut values, row| {
        values
            .push_bind(ulid_text(row.id))
            .push_bind(clip(&ascii(&row.origin.topic), TOPIC_LEN_MAX))
            .push_bind(row.origin.partition)
            .push_bind(row.origin.offset)
            .push_bind(clip(&ascii(&row.dlq.topic), TOPIC_LEN_MAX))
            .push_bind(row.dlq.partition)
            .push_bind(row.dlq.offset)
            .push_bind(clip(&row.step, STEP_LEN_MAX))
            .push_bind(clip(&row.cause_code, CODE_LEN_MAX))
            .push_bind(clip(&row.cause_message, MESSAGE_LEN_MAX))
            .push_bind(row.payment_id.map(|id| id.to_string()))
            .push_bind(row.attempts.map(i64::from))
            .push_bind(row.key.clone())
            .push_bind(row.value.clone())
            .push_bind(row.resolution.as_deref().map(|text| clip(text, CODE_LEN_MAX)))
            .push_bind(row.created_at.as_millis());
    });
    query.push(" ON DUPLICATE KEY UPDATE resolution = COALESCE(resolution, VALUES(resolution))");
    query
}

fn decode(row: &MySqlRow) -> Result<DeadLetterRow, PortError> {
    let columns = Columns(row);
    Ok(DeadLetterRow {
        id: ulid_bits(columns.get("id")?)?,
        origin: decode_record(&columns, ["origin_topic", "origin_partition", "origin_offset"])?,
        dlq: decode_record(&columns, ["dlq_topic", "dlq_partition", "dlq_offset"])?,
        step: columns.get("step")?,
        cause_code: columns.get("cause_code")?,
        cause_message: columns.get("cause_message")?,
        payment_id: columns.parsed_option("payment_id")?,
        attempts: columns.get::<Option<i64>>("attempts")?.and_then(|attempts| u32::try_from(attempts).ok()),
        key: columns.get("record_key")?,
        value: columns.get("record_value")?,
        resolution: columns.get("resolution")?,
        created_at: columns.time("created_at_ms")?,
    })
}

fn decode_record(
    columns: &Columns<'_>,
    [topic, partition, offset]: [&str; 3],
) -> Result<RecordOrigin, PortError> {
    Ok(RecordOrigin {
        topic: columns.get(topic)?,
        partition: columns.get(partition)?,
        offset: columns.get(offset)?,
    })
}

/// A dead letter's id has no type of its own; every ULID has the same text.
fn ulid_text(bits: u128) -> String {
    gateway_domain::PaymentId::from_u128(bits).to_string()
}

fn ulid_bits(text: &str) -> Result<u128, PortError> {
    let id: gateway_domain::PaymentId = text.parse().map_err(|error| unreadable("id", error))?;
    Ok(id.to_u128())
}
