//! A batch: decode, handle, dead-letter what is dead, report what is not finished.

use std::collections::HashSet;

use gateway_ports::Clock;
use gateway_ports::log::{MessageLog, OutgoingRecord};
use gateway_wire::dead_letter::{DeadLetterKind, to_base64};
use gateway_wire::{DeadLetter, DeadLetterCause, topics};
use tracing::{Instrument as _, Span};

use super::by_key::HELD_BACK;
use super::{
    KafkaBatchResponse, Outcome, RawRecord, Record, Step, continued, each_by_key, payment_id_of, produce,
};
use crate::TraceContext;
use crate::{span, trace};

/// Runs a step over the records of one event. Poison never blocks: what cannot be read, and what the
/// step calls dead, goes to `payment_dlq` and counts as finished once Kafka has it.
pub async fn run_batch<S: Step>(
    step: &S,
    log: &impl MessageLog,
    clock: &impl Clock,
    records: Vec<RawRecord>,
) -> KafkaBatchResponse {
    let span = span::batch(S::NAME, &records);
    let response = run(step, log, clock, &records).instrument(span.clone()).await;
    if !response.batch_item_failures.is_empty() {
        span.record("error.type", "partial");
    }
    response
}

/// A record with its span and its position in a trace.
struct Seen<'a> {
    record: &'a RawRecord,
    span: Span,
    trace: TraceContext,
}

async fn run<S: Step>(
    step: &S,
    log: &impl MessageLog,
    clock: &impl Clock,
    records: &[RawRecord],
) -> KafkaBatchResponse {
    let records: Vec<_> = records.iter().map(|record| seen::<S>(record, clock)).collect();
    let mut outcomes = vec![Outcome::Done; records.len()];
    let mut readable = Vec::with_capacity(records.len());
    let mut positions = Vec::with_capacity(records.len());
    for (position, seen) in records.iter().enumerate() {
        match S::decode(seen.record) {
            Ok(message) => {
                readable.push(seen.with_message(message));
                positions.push(position);
            }
            Err(cause) => outcomes[position] = Outcome::Dead(cause),
        }
    }
    if !readable.is_empty() {
        for (position, outcome) in positions.into_iter().zip(alone_if_refused(step, readable).await) {
            outcomes[position] = outcome;
        }
    }
    let ends = outcomes.clone();
    bury_the_dead::<S>(log, clock, &records, &mut outcomes).await;
    records.iter().zip(&ends).for_each(|(seen, end)| span::finish(&seen.span, end));
    report(S::NAME, &records, &outcomes)
}

/// Handles the batch; where something in it can never be taken, its records one at a time instead.
async fn alone_if_refused<S: Step>(step: &S, batch: Vec<Record<S::Message>>) -> Vec<Outcome> {
    let outcomes = step.handle(batch.clone()).await;
    if !outcomes.iter().any(|outcome| matches!(outcome, Outcome::Refused(_))) {
        return outcomes;
    }
    // One key at a time is one record at a time here, and a record behind an unfinished one of its
    // key is held back.
    each_by_key(batch, 1, async |record| match step.handle(vec![record]).await.pop() {
        Some(Outcome::Refused(message)) => {
            Outcome::Dead(DeadLetterCause { code: "refused".to_owned(), message })
        }
        Some(outcome) => outcome,
        None => Outcome::Retry("the step gave no outcome".to_owned()),
    })
    .await
}

fn seen<'a, S: Step>(record: &'a RawRecord, clock: &impl Clock) -> Seen<'a> {
    let (span, trace) = span::process(S::NAME, record, S::trace(record), || trace::start(clock));
    Seen { record, span, trace }
}

impl Seen<'_> {
    fn with_message<M>(&self, message: M) -> Record<M> {
        Record {
            origin: self.record.origin.clone(),
            key: self.record.key.clone().unwrap_or_default(),
            trace: self.trace.clone(),
            span: self.span.clone(),
            message,
        }
    }
}

/// A dead record is finished when the dead-letter queue has it, and not before.
async fn bury_the_dead<S: Step>(
    log: &impl MessageLog,
    clock: &impl Clock,
    records: &[Seen<'_>],
    outcomes: &mut [Outcome],
) {
    let mut positions = Vec::new();
    let mut letters = Vec::new();
    for (position, (seen, outcome)) in records.iter().zip(outcomes.iter()).enumerate() {
        if let Outcome::Dead(cause) = outcome {
            positions.push(position);
            letters.push(continued(
                dead_letter(S::NAME, seen.record, cause, clock),
                Some(&seen.trace),
                clock,
            ));
        }
    }
    if letters.is_empty() {
        return;
    }
    for (position, produced) in positions.into_iter().zip(produce(log, letters).await) {
        let origin = &records[position].record.origin;
        outcomes[position] = match produced {
            Ok(_) => {
                tracing::warn!(step = S::NAME, topic = %origin.topic, partition = origin.partition,
                    offset = origin.offset, outcome = ?outcomes[position], "dead-lettered");
                Outcome::Done
            }
            Err(error) => Outcome::Retry(format!("dead letter not produced: {error}")),
        };
    }
}

fn dead_letter(
    step: &str,
    record: &RawRecord,
    cause: &DeadLetterCause,
    clock: &impl Clock,
) -> OutgoingRecord {
    let letter = DeadLetter {
        kind: DeadLetterKind::V1,
        origin: record.origin.clone(),
        step: step.to_owned(),
        cause: cause.clone(),
        payment_id: payment_id_of(record.value.as_deref()),
        key_base64: record.key.as_deref().map(to_base64),
        value_base64: record.value.as_deref().map(to_base64),
        dead_at_ms: clock.now().as_millis(),
    };
    let key = record.key.as_deref().map(String::from_utf8_lossy).unwrap_or_default().into_owned();
    // A dead letter is plain data and always serialises.
    let value = serde_json::to_vec(&letter).unwrap_or_default();
    OutgoingRecord { topic: topics::PAYMENT_DLQ, key, value, headers: Vec::new() }
}

/// Names what is not finished. What stands behind an unfinished record of its key is not finished
/// either, whatever came of it: else it would have overtaken it. Its effect is there, and repeating it
/// changes nothing.
fn report(step: &str, records: &[Seen<'_>], outcomes: &[Outcome]) -> KafkaBatchResponse {
    let mut response = KafkaBatchResponse::default();
    let mut unfinished = HashSet::new();
    for (Seen { record, .. }, outcome) in records.iter().zip(outcomes) {
        let reason = match outcome {
            Outcome::Retry(reason) | Outcome::Refused(reason) => reason,
            _ if record.key.as_ref().is_some_and(|key| unfinished.contains(key)) => HELD_BACK,
            _ => continue,
        };
        let origin = &record.origin;
        tracing::warn!(step, topic = %origin.topic, partition = origin.partition, offset = origin.offset,
            reason, "not finished");
        response.add(origin);
        unfinished.extend(record.key.as_ref());
    }
    response
}
