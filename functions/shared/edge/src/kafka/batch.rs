//! A batch: decode, handle, dead-letter what is dead, report what is not finished.

use std::collections::HashSet;

use gateway_domain::PaymentId;
use gateway_domain::limits::{LETTER_KEY_BYTES_MAX, LETTER_VALUE_BYTES_MAX};
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

/// The letter of a record. Whatever the record holds, Kafka takes its letter: else the record would block its
/// partition. So what is too long is left out, and what is not an id is no payment's.
fn dead_letter(
    step: &str,
    record: &RawRecord,
    cause: &DeadLetterCause,
    clock: &impl Clock,
) -> OutgoingRecord {
    let held = Held::of(record);
    let payment_id = payment_id_of(record.value.as_deref()).filter(|id| id.parse::<PaymentId>().is_ok());
    let letter = DeadLetter {
        kind: DeadLetterKind::V1,
        origin: record.origin.clone(),
        step: step.to_owned(),
        cause: held.cause(record, cause),
        payment_id,
        key_base64: held.key.map(to_base64),
        value_base64: held.value.map(to_base64),
        dead_at_ms: clock.now().as_millis(),
    };
    let key = held.key.map(String::from_utf8_lossy).unwrap_or_default().into_owned();
    // A dead letter is plain data and always serialises.
    let value = serde_json::to_vec(&letter).unwrap_or_default();
    OutgoingRecord { topic: topics::PAYMENT_DLQ, key, value, headers: Vec::new() }
}

/// What a letter holds of its record.
struct Held<'a> {
    key: Option<&'a [u8]>,
    value: Option<&'a [u8]>,
}

impl<'a> Held<'a> {
    fn of(record: &'a RawRecord) -> Self {
        let (key, value) = (record.key.as_deref(), record.value.as_deref());
        let (key_len, value_len) = (key.map_or(0, <[u8]>::len), value.map_or(0, <[u8]>::len));
        let key_fits = key_len <= LETTER_KEY_BYTES_MAX;
        Self {
            key: key.filter(|_| key_fits),
            // Without its key the record could not be produced again as it was.
            value: value.filter(|_| key_fits && key_len.saturating_add(value_len) <= LETTER_VALUE_BYTES_MAX),
        }
    }

    /// Why the record is dead, and before it what of the record is only at its origin.
    fn cause(&self, record: &RawRecord, cause: &DeadLetterCause) -> DeadLetterCause {
        let key = left_out("key", record.key.as_deref(), self.key);
        let value = left_out("value", record.value.as_deref(), self.value);
        DeadLetterCause { code: cause.code.clone(), message: key + &value + &cause.message }
    }
}

fn left_out(name: &str, whole: Option<&[u8]>, held: Option<&[u8]>) -> String {
    match (whole, held) {
        (Some(whole), None) => {
            format!("the record's {name} of {} bytes is left out, and is only at its origin; ", whole.len())
        }
        _ => String::new(),
    }
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

#[cfg(test)]
mod tests {
    use gateway_domain::Timestamp;
    use gateway_wire::RecordOrigin;

    use super::*;

    /// What librdkafka and brokers take of a record, unless told otherwise.
    const MESSAGE_BYTES_MAX: usize = 1_000_000;

    struct Still;

    impl Clock for Still {
        fn now(&self) -> Timestamp {
            Timestamp::from_millis(7)
        }

        fn ulid(&self) -> u128 {
            1
        }

        fn jitter_permille(&self) -> i64 {
            0
        }
    }

    fn record(key: Option<Vec<u8>>, value: Option<Vec<u8>>) -> RawRecord {
        let origin = RecordOrigin { topic: topics::ORDER_QUEUE.to_owned(), partition: 2, offset: 41 };
        RawRecord { origin, timestamp_ms: 0, key, value, headers: Vec::new() }
    }

    fn bury(record: &RawRecord) -> (OutgoingRecord, DeadLetter) {
        let cause = DeadLetterCause { code: "undecodable".to_owned(), message: "no JSON".to_owned() };
        let produced = dead_letter("a-step", record, &cause, &Still);
        let letter: DeadLetter = serde_json::from_slice(&produced.value).unwrap();
        assert_eq!((&letter.origin, letter.cause.code.as_str()), (&record.origin, "undecodable"));
        assert!(letter.cause.message.ends_with("no JSON"), "{}", letter.cause.message);
        (produced, letter)
    }

    /// Its bytes may be any.
    #[test]
    fn a_letter_holds_what_fits_and_says_what_does_not() {
        let (key_max, max) = (LETTER_KEY_BYTES_MAX, LETTER_VALUE_BYTES_MAX);
        for (key_len, value_len, missing) in [
            (26, 0, vec![]),
            (0, max, vec![]),
            (26, max - 26, vec![]),
            (key_max, max - key_max, vec![]),
            (0, max + 1, vec!["value of 524289 bytes"]),
            (26, max - 25, vec!["value of 524263 bytes"]),
            (26, 8 << 20, vec!["value of 8388608 bytes"]),
            (key_max + 1, 1, vec!["key of 65537 bytes", "value of 1 bytes"]),
            (8 << 20, 8 << 20, vec!["key of 8388608 bytes", "value of 8388608 bytes"]),
        ] {
            let dead = record(Some(vec![255; key_len]), Some(vec![255; value_len]));
            let (produced, letter) = bury(&dead);
            let told = &letter.cause.message;
            let size = produced.key.len() + produced.value.len();
            assert!(size < MESSAGE_BYTES_MAX, "{key_len} {value_len}: {size}");
            assert_eq!(told.matches("left out").count(), missing.len(), "{told}");
            assert!(missing.iter().all(|part| told.contains(part)), "{told}");
            let expected = Some(dead.value.unwrap_or_default()).filter(|_| missing.is_empty());
            assert_eq!(letter.value(), expected, "{key_len} {value_len}");
            assert_eq!(letter.key_base64.is_some(), missing.len() < 2, "{key_len} {value_len}");
        }
    }

    #[test]
    fn a_tombstone_has_nothing_to_leave_out() {
        let (_, letter) = bury(&record(None, None));
        assert_eq!((letter.key_base64, letter.value_base64), (None, None));
        assert_eq!(letter.cause.message, "no JSON");
    }

    /// Its payment is known all the same, and a text that is no id is no reason for a long letter.
    #[test]
    fn a_letter_names_the_payment_of_a_record_that_is_too_long() {
        let id = "01M83VVAE004HMASW9NF6YY002";
        let long = "\u{1}".repeat(LETTER_VALUE_BYTES_MAX / 8);
        let named = |id: &str, padding: &str| {
            serde_json::json!({ "payment_id": id, "padding": padding }).to_string().into_bytes()
        };
        for (value, expected, is_kept) in [
            (named(id, ""), Some(id), true),
            (named(id, &"x".repeat(LETTER_VALUE_BYTES_MAX)), Some(id), false),
            (named(&long, ""), None, true),
        ] {
            let (produced, letter) = bury(&record(None, Some(value)));
            assert!(produced.value.len() < MESSAGE_BYTES_MAX);
            assert_eq!(letter.payment_id.as_deref(), expected);
            assert_eq!(letter.value_base64.is_some(), is_kept);
        }
    }
}
