//! What a Kafka function is given and what it answers, record by record.

use std::future::Future;

use gateway_ports::PortError;
use gateway_wire::{DeadLetterCause, RecordOrigin};
use serde::de::DeserializeOwned;

use crate::TraceContext;

/// A record as it came.
#[derive(Debug, Clone)]
pub struct RawRecord {
    /// Where it stood.
    pub origin: RecordOrigin,
    /// Its time, in epoch milliseconds.
    pub timestamp_ms: i64,
    /// Its key.
    pub key: Option<Vec<u8>>,
    /// Its value; `None` is a tombstone.
    pub value: Option<Vec<u8>>,
    /// Its headers.
    pub headers: Vec<(String, Vec<u8>)>,
}

impl RawRecord {
    /// The position in a trace that its producer left.
    #[must_use]
    pub fn trace(&self) -> Option<TraceContext> {
        TraceContext::from_headers(|name| {
            let (_, value) = self.headers.iter().find(|(other, _)| other.eq_ignore_ascii_case(name))?;
            std::str::from_utf8(value).ok()
        })
    }
}

/// A record whose message could be read.
#[derive(Debug, Clone)]
pub struct Record<M> {
    /// Where it stood.
    pub origin: RecordOrigin,
    /// Its key; records of one key are handled in order.
    pub key: Vec<u8>,
    /// Its position in a trace: that of its handling, or where nobody listens its producer's; a new one
    /// where it came without.
    pub trace: TraceContext,
    /// The span of its handling.
    pub(crate) span: tracing::Span,
    /// What it says.
    pub message: M,
}

/// What became of one record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Finished: its effect is durable.
    Done,
    /// Not finished; says why. The mapping delivers it again.
    Retry(String),
    /// Never to be finished: goes to the dead-letter queue, then counts as done.
    Dead(DeadLetterCause),
    /// Something in the batch can never be taken: its records are handled again one at a time, and the
    /// one at fault goes to the dead-letter queue.
    Refused(String),
}

impl Outcome {
    /// What a failed port means for the record, or the whole batch, that it was asked for.
    #[must_use]
    pub fn of_error(what: &str, error: &PortError) -> Self {
        let message = format!("{what}: {error}");
        if error.is_refused() { Self::Refused(message) } else { Self::Retry(message) }
    }
}

/// One step of the gateway behind a Kafka event source mapping.
pub trait Step: Send + Sync {
    /// The step's name in logs, timelines and dead letters.
    const NAME: &'static str;

    /// What its records say.
    type Message: Clone + Send + Sync;

    /// Reads a record.
    ///
    /// # Errors
    /// Why it can never be read; the record is dead-lettered.
    fn decode(record: &RawRecord) -> Result<Self::Message, DeadLetterCause>;

    /// The position in a trace that a record goes on from: its producer's, unless the step knows better.
    #[must_use]
    fn trace(record: &RawRecord) -> Option<TraceContext> {
        record.trace()
    }

    /// Handles a batch in order and answers for each record in the same order. A record must not be
    /// finished while an earlier one of the same key is not.
    fn handle(&self, batch: Vec<Record<Self::Message>>) -> impl Future<Output = Vec<Outcome>> + Send;
}

/// Reads a JSON message: what most steps' [`Step::decode`] does.
///
/// # Errors
/// `undecodable` with the place in the JSON, never with its content.
pub fn decode_json<M: DeserializeOwned>(record: &RawRecord) -> Result<M, DeadLetterCause> {
    let undecodable = |message: String| DeadLetterCause { code: "undecodable".to_owned(), message };
    let value = record.value.as_ref().ok_or_else(|| undecodable("the record has no value".to_owned()))?;
    serde_json::from_slice(value).map_err(|error| undecodable(describe(&error)))
}

/// Serde's own words may quote the input, which anybody could have produced; the place cannot.
fn describe(error: &serde_json::Error) -> String {
    format!("{:?} error at line {} column {}", error.classify(), error.line(), error.column())
}

/// The payment's id, where a value is readable that far.
pub(crate) fn payment_id_of(value: Option<&[u8]>) -> Option<String> {
    #[derive(serde::Deserialize)]
    struct Id {
        payment_id: String,
    }
    serde_json::from_slice::<Id>(value?).ok().map(|id| id.payment_id)
}
