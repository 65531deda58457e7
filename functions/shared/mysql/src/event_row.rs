//! The payment_events table.

use gateway_domain::PaymentId;
use gateway_ledger::{Book, event};
use gateway_ports::PortError;
use gateway_ports::timeline::TimelineEvent;
use gateway_wire::RecordOrigin;
use sqlx::mysql::MySqlRow;
use sqlx::query_builder::Separated;
use sqlx::types::Json;
use sqlx::{MySql, MySqlConnection, QueryBuilder};

use crate::column::Columns;
use crate::failure::Failure;
use crate::sql::{IDS_PER_STATEMENT_MAX, ROWS_PER_INSERT_MAX, push_list};

/// What is read of an event; also what is written, in this order.
pub(crate) const COLUMNS: &str = "payment_id, sequence, at_ms, step, event, attempt, detail, origin_topic, \
     origin_partition, origin_offset";

/// Inserts events; a duplicate key is a lost race.
pub(crate) async fn insert(
    events: &[(PaymentId, TimelineEvent)],
    connection: &mut MySqlConnection,
) -> Result<(), Failure> {
    for events in events.chunks(ROWS_PER_INSERT_MAX) {
        let mut query = QueryBuilder::<MySql>::new("INSERT INTO payment_events (");
        query.push(COLUMNS).push(") ");
        query.push_values(events, bind);
        query.build().execute(&mut *connection).await?;
    }
    Ok(())
}

/// Hands the book those events of these payments that are written once.
pub(crate) async fn recall_once(
    book: &mut Book,
    payments: &[PaymentId],
    connection: &mut MySqlConnection,
) -> Result<(), Failure> {
    for ids in payments.chunks(IDS_PER_STATEMENT_MAX) {
        let mut query = QueryBuilder::<MySql>::new("SELECT ");
        query.push(COLUMNS).push(" FROM payment_events WHERE payment_id IN ");
        push_list(&mut query, ids);
        query.push(" AND event IN ");
        push_list(&mut query, event::ONCE);
        for row in query.build().fetch_all(&mut *connection).await? {
            book.recall(Columns(&row).parsed("payment_id")?, decode(&row)?);
        }
    }
    Ok(())
}

fn bind(mut values: Separated<'_, MySql, &'static str>, (payment_id, event): &(PaymentId, TimelineEvent)) {
    let origin = event.origin.as_ref();
    values
        .push_bind(payment_id.to_string())
        .push_bind(i64::from(event.sequence))
        .push_bind(event.at.as_millis())
        .push_bind(event.step.clone())
        .push_bind(event.event.clone())
        .push_bind(i64::from(event.attempt))
        .push_bind(Json(event.detail.clone()))
        .push_bind(origin.map(|origin| origin.topic.clone()))
        .push_bind(origin.map(|origin| origin.partition))
        .push_bind(origin.map(|origin| origin.offset));
}

pub(crate) fn decode(row: &MySqlRow) -> Result<TimelineEvent, PortError> {
    let columns = Columns(row);
    Ok(TimelineEvent {
        sequence: columns.count("sequence")?,
        at: columns.time("at_ms")?,
        step: columns.get("step")?,
        event: columns.get("event")?,
        attempt: columns.count("attempt")?,
        detail: columns.get::<Json<Vec<(String, String)>>>("detail")?.0,
        origin: decode_origin(&columns)?,
    })
}

fn decode_origin(columns: &Columns<'_>) -> Result<Option<RecordOrigin>, PortError> {
    let Some(topic) = columns.get("origin_topic")? else { return Ok(None) };
    Ok(Some(RecordOrigin {
        topic,
        partition: columns.get("origin_partition")?,
        offset: columns.get("origin_offset")?,
    }))
}
