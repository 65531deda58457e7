//! Reading `payment_dlq`: our dead letters, AWS's on-failure records, and anything else.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use gateway_domain::mask::{mask_card_numbers, mask_card_numbers_in};
use gateway_domain::review::BY_REVIEW;
use gateway_domain::{PaymentId, Timestamp};
use gateway_edge::kafka::RawRecord;
use gateway_wire::{
    AttemptCompleted, AttemptRequested, DeadLetter, DeadLetterCause, PaymentRequested, RecordOrigin,
    RetryRequested, TraceContext, topics,
};
use serde::Deserialize;
use serde_json::Value;

/// A dead letter of any form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// The record that could not be processed.
    pub origin: RecordOrigin,
    /// The step or function that gave up.
    pub step: String,
    /// Why.
    pub cause: DeadLetterCause,
    /// How often it was tried, where known.
    pub attempts: Option<u32>,
    /// The record's key, as it was.
    pub key: Option<Vec<u8>>,
    /// The record's value, as it was.
    pub value: Option<Vec<u8>>,
    /// What the value says, where it can be read.
    pub content: Content,
}

/// What the dead record says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// An accepted payment that may not have begun.
    Request(PaymentRequested),
    /// A verdict that could not be settled.
    Completed(AttemptCompleted),
    /// An attempt that was not made.
    Attempt(AttemptRequested),
    /// An attempt that ended without a verdict.
    Retry(RetryRequested),
    /// Some other record of this payment.
    Payment(PaymentId),
    /// Nothing that names a payment.
    Unknown,
}

impl Letter {
    /// When the attempt failed that it tells of.
    #[must_use]
    pub fn failed_at(&self) -> Option<Timestamp> {
        match &self.content {
            Content::Retry(message) => Some(Timestamp::from_millis(message.failed_at_ms)),
            _ => None,
        }
    }

    /// The attempt that it tells of.
    #[must_use]
    pub const fn attempt(&self) -> Option<u32> {
        match &self.content {
            Content::Completed(message) => Some(message.attempt),
            Content::Attempt(message) => Some(message.attempt),
            Content::Retry(message) => Some(message.attempt),
            Content::Request(_) | Content::Payment(_) | Content::Unknown => None,
        }
    }

    /// The user's id where it has more digits than any card's number: some issuers of tokens count in such, and
    /// nearly each of those holds some number that could be a card's.
    pub(crate) fn long_user_id(&self) -> Option<&str> {
        let Content::Request(message) = &self.content else { return None };
        let id = message.user_id.as_str();
        (id.len() > 19 && id.bytes().all(|byte| byte.is_ascii_digit())).then_some(id)
    }

    /// The payment it is about.
    #[must_use]
    pub const fn payment_id(&self) -> Option<PaymentId> {
        match &self.content {
            Content::Request(message) => Some(message.payment_id),
            Content::Completed(message) => Some(message.payment_id),
            Content::Attempt(message) => Some(message.payment_id),
            Content::Retry(message) => Some(message.payment_id),
            Content::Payment(payment_id) => Some(*payment_id),
            Content::Unknown => None,
        }
    }
}

/// AWS's record for a `kafka://` destination: one for each failed record.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct OnFailure {
    request_context: RequestContext,
    #[serde(default)]
    response_context: Option<ResponseContext>,
    payload: Payload,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RequestContext {
    function_arn: String,
    condition: String,
    #[serde(default)]
    approximate_invoke_count: Option<u32>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ResponseContext {
    #[serde(default)]
    function_error: Option<String>,
}

#[derive(Deserialize)]
struct Payload {
    records: BTreeMap<String, Vec<FailedRecord>>,
}

#[derive(Deserialize)]
struct FailedRecord {
    topic: String,
    partition: i32,
    offset: i64,
    #[serde(default)]
    key: Option<String>,
    #[serde(default)]
    value: Option<String>,
    /// As the event has them; whatever they are, they are no reason not to read the letter.
    #[serde(default)]
    headers: serde_json::Value,
}

/// The position in a trace of the record that an on-failure record holds.
pub(crate) fn trace_within(record: &RawRecord) -> Option<TraceContext> {
    let letter: OnFailure = serde_json::from_slice(record.value.as_deref()?).ok()?;
    let failed = letter.payload.records.into_values().flatten().next()?;
    // Each header is a mapping of one name to bytes from −128 to 127.
    let headers: Vec<BTreeMap<String, Option<Vec<i8>>>> = serde_json::from_value(failed.headers).ok()?;
    let text =
        |bytes: Option<Vec<i8>>| String::from_utf8(bytes?.into_iter().map(i8::cast_unsigned).collect()).ok();
    let headers: BTreeMap<String, String> = headers
        .into_iter()
        .flatten()
        .filter_map(|(name, bytes)| Some((name.to_ascii_lowercase(), text(bytes)?)))
        .collect();
    TraceContext::from_headers(|name| headers.get(name).map(String::as_str))
}

/// Reads a record of `payment_dlq`; whatever it is, it becomes a letter.
#[must_use]
pub fn read(record: &RawRecord) -> Letter {
    let value = record.value.as_deref().unwrap_or_default();
    let letter = match serde_json::from_slice::<DeadLetter>(value) {
        Ok(own) => from_own(own),
        Err(_) => {
            let on_failure = serde_json::from_slice::<OnFailure>(value).ok().and_then(from_on_failure);
            on_failure.unwrap_or_else(|| unreadable(record))
        }
    };
    told(letter, &record.origin)
}

/// What a letter says of itself goes into the ledger and into logs: card numbers in it do not.
fn told(letter: Letter, own: &RecordOrigin) -> Letter {
    let DeadLetterCause { code, message } = letter.cause;
    // A letter is no person who has looked at the payment.
    let code = if code == BY_REVIEW { "dead_letter".to_owned() } else { mask_card_numbers(&code) };
    // Two topics may be one when masked; the letter's own place is nobody else's.
    let is_masked = mask_card_numbers(&letter.origin.topic) != letter.origin.topic;
    Letter {
        origin: if is_masked { own.clone() } else { letter.origin },
        step: mask_card_numbers(&letter.step),
        cause: DeadLetterCause { code, message: mask_card_numbers(&message) },
        ..letter
    }
}

/// Whether the bytes are JSON with a card number in one of its texts' base64, as letters hold records.
pub(crate) fn encloses_card_number(bytes: &[u8]) -> bool {
    fn within(value: &Value) -> bool {
        match value {
            Value::String(text) => {
                STANDARD.decode(text).is_ok_and(|bytes| mask_card_numbers_in(&bytes).is_some())
            }
            Value::Array(items) => items.iter().any(within),
            Value::Object(fields) => fields.values().any(within),
            Value::Null | Value::Bool(_) | Value::Number(_) => false,
        }
    }
    serde_json::from_slice(bytes).is_ok_and(|value| within(&value))
}

fn from_own(own: DeadLetter) -> Letter {
    let value = own.value();
    let fallback = own.payment_id.as_deref().and_then(|id| id.parse().ok());
    Letter {
        content: content(&own.origin.topic, value.as_deref(), fallback),
        key: own.key_base64.as_deref().and_then(|text| STANDARD.decode(text).ok()),
        value,
        origin: own.origin,
        step: own.step,
        cause: own.cause,
        attempts: None,
    }
}

fn from_on_failure(on_failure: OnFailure) -> Option<Letter> {
    let record = on_failure.payload.records.into_values().flatten().next()?;
    let decode = |text: Option<String>| text.and_then(|text| STANDARD.decode(text).ok());
    let value = decode(record.value);
    let error = on_failure.response_context.and_then(|response| response.function_error);
    let message = format!(
        "the event source mapping gave up ({}): {}",
        on_failure.request_context.condition,
        error.as_deref().unwrap_or("the record was reported as failed")
    );
    Some(Letter {
        content: content(&record.topic, value.as_deref(), None),
        step: function_name(&on_failure.request_context.function_arn).to_owned(),
        cause: DeadLetterCause { code: "retries_exhausted".to_owned(), message },
        attempts: on_failure.request_context.approximate_invoke_count,
        key: decode(record.key),
        value,
        origin: RecordOrigin { topic: record.topic, partition: record.partition, offset: record.offset },
    })
}

fn unreadable(record: &RawRecord) -> Letter {
    Letter {
        origin: record.origin.clone(),
        step: "unknown".to_owned(),
        cause: DeadLetterCause {
            code: "unreadable_letter".to_owned(),
            message: "neither a dead letter of the gateway nor an on-failure record".to_owned(),
        },
        attempts: None,
        key: record.key.clone(),
        value: record.value.clone(),
        content: Content::Unknown,
    }
}

/// The topic says which message it should be; whatever it is, a payment id in it counts.
fn content(topic: &str, value: Option<&[u8]>, fallback: Option<PaymentId>) -> Content {
    let value = value.unwrap_or_default();
    let typed = match topic {
        topics::ORDER_QUEUE => serde_json::from_slice(value).ok().map(Content::Request),
        topics::PROCESS_PURCHASES => serde_json::from_slice(value).ok().map(Content::Attempt),
        topics::PURCHASES_PROCESSED => serde_json::from_slice(value).ok().map(Content::Completed),
        topics::PAYMENT_RETRY => serde_json::from_slice(value).ok().map(Content::Retry),
        _ => None,
    };
    typed.or_else(|| payment_id(value).or(fallback).map(Content::Payment)).unwrap_or(Content::Unknown)
}

fn payment_id(value: &[u8]) -> Option<PaymentId> {
    #[derive(Deserialize)]
    struct Id {
        payment_id: String,
    }
    serde_json::from_slice::<Id>(value).ok()?.payment_id.parse().ok()
}

/// `arn:aws:lambda:region:account:function:name:qualifier` → `name`.
fn function_name(arn: &str) -> &str {
    arn.split(':').nth(6).unwrap_or(arn)
}
