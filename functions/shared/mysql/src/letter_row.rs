//! The dead_letters table.

use gateway_domain::letter::LetterState;
use gateway_ledger::clip;
use gateway_ports::PortError;
use gateway_ports::dead_letters::{Act, DeadLetterRow, Letter};
use gateway_ports::log::Delivered;
use gateway_ports::review::Reviewer;
use gateway_wire::{RecordOrigin, TraceContext};
use sqlx::mysql::MySqlRow;
use sqlx::{MySql, QueryBuilder};

use crate::column::{Columns, unreadable};
use crate::payment_row::decode_trace;

/// What is written of a new letter, in this order.
const WRITTEN: &str = "id, origin_topic, origin_partition, origin_offset, dlq_topic, dlq_partition, dlq_offset, \
     step, cause_code, cause_message, payment_id, attempts, record_key, record_value, masked, resolution, \
     created_at_ms, trace, tracestate, state";

/// What is read of a letter.
pub(crate) const COLUMNS: &str = "id, origin_topic, origin_partition, origin_offset, dlq_topic, dlq_partition, \
     dlq_offset, step, cause_code, cause_message, payment_id, attempts, record_key, record_value, masked, \
     resolution, created_at_ms, trace, tracestate, state, acted_by, acted_reason, acted_at_ms, redrive_lease_until_ms, redriven_partition, \
     redriven_offset";

// What the columns hold, in characters; whatever a record contains, its dead letter is kept.
const TOPIC_LEN_MAX: usize = 249;
const STEP_LEN_MAX: usize = 200;
const CODE_LEN_MAX: usize = 100;
const MESSAGE_LEN_MAX: usize = 4000;

/// Kafka's own topics are ASCII; a letter may claim any text, and is kept all the same.
fn ascii(topic: &str) -> String {
    topic.chars().map(|c| if c.is_ascii() { c } else { '?' }).collect()
}

/// Inserts a letter; told again, it only gains a resolution that was missing, and the state that goes with
/// it. The state is set first, since later assignments see earlier ones.
pub(crate) fn upsert(row: &DeadLetterRow) -> QueryBuilder<MySql> {
    let mut query = QueryBuilder::new("INSERT INTO dead_letters (");
    query.push(WRITTEN).push(") ");
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
            .push_bind(row.masked)
            .push_bind(row.resolution.as_deref().map(|text| clip(text, CODE_LEN_MAX)))
            .push_bind(row.created_at.as_millis())
            .push_bind(row.trace.as_ref().map(TraceContext::to_string))
            .push_bind(row.trace.as_ref().and_then(|trace| trace.state.as_deref()).map(str::to_owned))
            .push_bind(LetterState::after(row.resolution.as_deref()).as_str());
    });
    query.push(
        " ON DUPLICATE KEY UPDATE \
         state = CASE WHEN state = 'OPEN' AND resolution IS NULL THEN VALUES(state) ELSE state END, \
         resolution = COALESCE(resolution, VALUES(resolution))",
    );
    query
}

pub(crate) fn decode_row(row: &MySqlRow) -> Result<DeadLetterRow, PortError> {
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
        masked: columns.get("masked")?,
        trace: decode_trace(&columns, "trace", "tracestate")?,
        resolution: columns.get("resolution")?,
        created_at: columns.time("created_at_ms")?,
    })
}

/// A letter with what became of it.
pub(crate) fn decode(row: &MySqlRow) -> Result<Letter, PortError> {
    let columns = Columns(row);
    Ok(Letter {
        row: decode_row(row)?,
        state: columns.parsed("state")?,
        act: decode_act(&columns)?,
        redriven_to: decode_redriven(&columns)?,
    })
}

fn decode_act(columns: &Columns<'_>) -> Result<Option<Act>, PortError> {
    let Some(at) = columns.time_option("acted_at_ms")? else { return Ok(None) };
    let user = columns.get::<Option<String>>("acted_by")?.unwrap_or_default();
    let reason = columns.get::<Option<String>>("acted_reason")?.unwrap_or_default();
    Ok(Some(Act { by: Reviewer { user, reason }, at }))
}

fn decode_redriven(columns: &Columns<'_>) -> Result<Option<Delivered>, PortError> {
    let Some(partition) = columns.get("redriven_partition")? else { return Ok(None) };
    Ok(Some(Delivered { partition, offset: columns.get("redriven_offset")? }))
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
pub(crate) fn ulid_text(bits: u128) -> String {
    gateway_domain::PaymentId::from_u128(bits).to_string()
}

pub(crate) fn ulid_bits(text: &str) -> Result<u128, PortError> {
    let id: gateway_domain::PaymentId = text.parse().map_err(|error| unreadable("id", error))?;
    Ok(id.to_u128())
}
