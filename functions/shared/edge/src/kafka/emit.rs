//! Effect first, then produce, then done: the second of the three.

use gateway_domain::ReservationId;
use gateway_ports::Clock;
use gateway_ports::log::{MessageLog, OutgoingRecord};
use serde::Serialize;

use super::{Outcome, produce};
use crate::TraceContext;
use crate::{span, trace};

/// A message as a record: JSON under `key`, its trace one position on.
pub fn outgoing(
    topic: &'static str,
    key: ReservationId,
    message: &impl Serialize,
    cause: &TraceContext,
    clock: &impl Clock,
) -> OutgoingRecord {
    // Wire types are plain data and always serialise.
    let value = serde_json::to_vec(message).unwrap_or_default();
    let record = OutgoingRecord { topic, key: key.to_string(), value, headers: Vec::new() };
    continued(record, Some(cause), clock)
}

/// The record with the headers of the position that follows on its cause; without one it begins a trace.
pub fn continued(
    mut record: OutgoingRecord,
    cause: Option<&TraceContext>,
    clock: &impl Clock,
) -> OutgoingRecord {
    let own = cause.map_or_else(|| trace::start(clock), |cause| trace::child(cause, clock));
    span::send(&record, &own, cause.map(|cause| cause.span_id));
    record.headers.extend(own.to_headers());
    record
}

/// What each record of a batch came to before producing: an outcome already, or records to produce.
///
/// Produces all together and awaits them; a record is done when every one of its own is acknowledged.
pub async fn emit(log: &impl MessageLog, results: Vec<Result<Vec<OutgoingRecord>, Outcome>>) -> Vec<Outcome> {
    let mut outcomes = Vec::with_capacity(results.len());
    let mut owners = Vec::new();
    let mut records = Vec::new();
    for (position, result) in results.into_iter().enumerate() {
        match result {
            Ok(own) => {
                owners.extend(std::iter::repeat_n(position, own.len()));
                records.extend(own);
                outcomes.push(Outcome::Done);
            }
            Err(outcome) => outcomes.push(outcome),
        }
    }
    if records.is_empty() {
        return outcomes;
    }
    for (position, produced) in owners.into_iter().zip(produce(log, records).await) {
        if let Err(error) = produced {
            outcomes[position] = Outcome::Retry(format!("not produced: {error}"));
        }
    }
    outcomes
}
