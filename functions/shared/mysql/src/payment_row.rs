//! The payments table.

use gateway_domain::card::{Brand, CardSummary};
use gateway_domain::charge::ChargeId;
use gateway_domain::{Payment, PaymentId, UserId};
use gateway_ledger::PaymentRow;
use gateway_ports::PortError;
use gateway_wire::TraceContext;
use sqlx::mysql::MySqlRow;
use sqlx::query_builder::Separated;
use sqlx::{MySql, MySqlConnection, QueryBuilder};

use crate::column::{Columns, decimal, millis, unreadable};
use crate::failure::Failure;
use crate::sql::{IDS_PER_STATEMENT_MAX, ROWS_PER_INSERT_MAX, push_list};

/// What is read of a payment; also what is written, in this order.
pub(crate) const COLUMNS: &str = "id, reservation_id, user_id, amount, card_brand, card_bin, card_last4, status, \
     attempt, next_attempt_at_ms, silent_since_ms, asked_at_ms, watch_at_ms, dispatch_lease_until_ms, charge_id, \
     reason, accepted_at_ms, updated_at_ms, version, event_count, traceparent, tracestate";

/// What changes in a payment's life.
const CHANGING: [&str; 17] = [
    "card_brand",
    "card_bin",
    "card_last4",
    "status",
    "attempt",
    "next_attempt_at_ms",
    "silent_since_ms",
    "asked_at_ms",
    "watch_at_ms",
    "dispatch_lease_until_ms",
    "charge_id",
    "reason",
    "updated_at_ms",
    "version",
    "event_count",
    "traceparent",
    "tracestate",
];

/// Whether rows are locked as they are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lock {
    /// They are only looked at.
    None,
    /// They will be changed.
    ForUpdate,
}

/// The payments of these ids, which are sorted. The index is named because a scan of a small table
/// would lock rows that are none of ours.
pub(crate) async fn read(
    ids: &[PaymentId],
    lock: Lock,
    connection: &mut MySqlConnection,
) -> Result<Vec<PaymentRow>, Failure> {
    let mut payments = Vec::with_capacity(ids.len());
    for ids in ids.chunks(IDS_PER_STATEMENT_MAX) {
        let mut query = QueryBuilder::new("SELECT ");
        query.push(COLUMNS).push(" FROM payments FORCE INDEX (PRIMARY) WHERE id IN ");
        push_list(&mut query, ids);
        query.push(if lock == Lock::ForUpdate { " ORDER BY id FOR UPDATE" } else { "" });
        for row in query.build().fetch_all(&mut *connection).await? {
            payments.push(decode(&row)?);
        }
    }
    Ok(payments)
}

/// Inserts new payments; a duplicate key is a lost race.
pub(crate) async fn insert(rows: &[PaymentRow], connection: &mut MySqlConnection) -> Result<(), Failure> {
    for rows in rows.chunks(ROWS_PER_INSERT_MAX) {
        insert_into(rows).build().execute(&mut *connection).await?;
    }
    Ok(())
}

/// Writes changed payments as they are now. They are there, locked by this transaction, so the
/// upsert only ever updates; it takes rows of different changes in one statement of linear length.
pub(crate) async fn update(rows: &[PaymentRow], connection: &mut MySqlConnection) -> Result<(), Failure> {
    for rows in rows.chunks(ROWS_PER_INSERT_MAX) {
        let mut query = insert_into(rows);
        query.push(" ON DUPLICATE KEY UPDATE ");
        let mut assignments = query.separated(", ");
        for column in CHANGING {
            assignments.push(format_args!("{column} = VALUES({column})"));
        }
        query.build().execute(&mut *connection).await?;
    }
    Ok(())
}

fn insert_into(rows: &[PaymentRow]) -> QueryBuilder<MySql> {
    let mut query = QueryBuilder::new("INSERT INTO payments (");
    query.push(COLUMNS).push(") ");
    query.push_values(rows, bind);
    query
}

fn bind(mut values: Separated<'_, MySql, &'static str>, row: &PaymentRow) {
    let payment = &row.payment;
    values
        .push_bind(payment.id.to_string())
        .push_bind(payment.reservation_id.to_string())
        .push_bind(payment.user_id.as_str().to_owned())
        .push_bind(decimal(payment.amount))
        .push_bind(payment.card.as_ref().map(|card| card.brand.as_str()))
        .push_bind(payment.card.as_ref().map(|card| card.bin.clone()))
        .push_bind(payment.card.as_ref().map(|card| card.last4.clone()))
        .push_bind(payment.status.as_str())
        .push_bind(i64::from(payment.attempt))
        .push_bind(millis(payment.next_attempt_at))
        .push_bind(millis(row.silent_since))
        .push_bind(millis(row.asked_at))
        .push_bind(millis(row.watch_at))
        .push_bind(row.lease_until.as_millis())
        .push_bind(payment.charge_id.as_ref().map(|charge| charge.0.clone()))
        .push_bind(payment.reason.clone())
        .push_bind(payment.accepted_at.as_millis())
        .push_bind(payment.updated_at.as_millis())
        .push_bind(payment.version.cast_signed())
        .push_bind(i64::from(row.event_count))
        .push_bind(row.trace.as_ref().map(TraceContext::to_string))
        .push_bind(row.trace.as_ref().and_then(|trace| trace.state.as_deref()).map(str::to_owned));
}

pub(crate) fn decode(row: &MySqlRow) -> Result<PaymentRow, PortError> {
    let columns = Columns(row);
    Ok(PaymentRow {
        payment: decode_payment(&columns)?,
        silent_since: columns.time_option("silent_since_ms")?,
        asked_at: columns.time_option("asked_at_ms")?,
        watch_at: columns.time_option("watch_at_ms")?,
        lease_until: columns.time("dispatch_lease_until_ms")?,
        event_count: columns.count("event_count")?,
        trace: decode_trace(&columns, "traceparent", "tracestate")?,
    })
}

/// A position in a trace; what cannot be read is none, and no reason to fail.
pub(crate) fn decode_trace(
    columns: &Columns<'_>,
    traceparent: &str,
    tracestate: &str,
) -> Result<Option<TraceContext>, PortError> {
    let Some(trace) = columns.get::<Option<String>>(traceparent)? else { return Ok(None) };
    let state: Option<String> = columns.get(tracestate)?;
    Ok(TraceContext::parse(&trace).map(|trace| match state {
        Some(state) => trace.with_state(&state),
        None => trace,
    }))
}

fn decode_payment(columns: &Columns<'_>) -> Result<Payment, PortError> {
    Ok(Payment {
        id: columns.parsed("id")?,
        reservation_id: columns.parsed("reservation_id")?,
        user_id: decode_user(columns)?,
        amount: columns.money("amount")?,
        card: decode_card(columns)?,
        status: columns.parsed("status")?,
        attempt: columns.count("attempt")?,
        next_attempt_at: columns.time_option("next_attempt_at_ms")?,
        charge_id: columns.get::<Option<String>>("charge_id")?.map(ChargeId),
        reason: columns.get("reason")?,
        accepted_at: columns.time("accepted_at_ms")?,
        updated_at: columns.time("updated_at_ms")?,
        version: columns.count("version")?,
    })
}

/// All three columns are there or none: a constraint of the table.
fn decode_card(columns: &Columns<'_>) -> Result<Option<CardSummary>, PortError> {
    let Some(brand) = columns.get::<Option<String>>("card_brand")? else { return Ok(None) };
    let (bin, last4) = (columns.get("card_bin")?, columns.get("card_last4")?);
    Ok(Some(CardSummary { brand: Brand::from_name(&brand), bin, last4 }))
}

pub(crate) fn decode_user(columns: &Columns<'_>) -> Result<UserId, PortError> {
    UserId::new(columns.get::<String>("user_id")?).map_err(|error| unreadable("user_id", error))
}
