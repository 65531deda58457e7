//! `payment_dlq`: our own dead letters. The event source mapping's on-failure records, which arrive
//! on the same topic, have AWS's shape and are read by handle-dlq.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

/// Where a record stood.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RecordOrigin {
    /// The topic.
    pub topic: String,
    /// The partition.
    pub partition: i32,
    /// The offset.
    pub offset: i64,
}

/// Why a record is dead.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct DeadLetterCause {
    /// A stable code: `undecodable`, `invalid`, `attempts_exhausted`, `late_authorization` …
    pub code: String,
    /// What happened, in words; never card data.
    pub message: String,
}

/// A record that could not be processed, or a payment whose attempts are used up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeadLetter {
    /// Marks the shape, so that it is told from AWS's on-failure record.
    pub kind: DeadLetterKind,
    /// The record that led here.
    pub origin: RecordOrigin,
    /// The step that gave up.
    pub step: String,
    /// Why.
    pub cause: DeadLetterCause,
    /// The payment, where the record could be read that far.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payment_id: Option<String>,
    /// The record's key, in base64, where it had one that is not too long for a letter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key_base64: Option<String>,
    /// The record's value as it was, in base64, where it had one that is not too long for a letter: the cause
    /// says so of a longer one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value_base64: Option<String>,
    /// When it was given up, in epoch milliseconds.
    pub dead_at_ms: i64,
}

/// Marks our own dead letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum DeadLetterKind {
    /// The only kind.
    #[serde(rename = "gateway.dead-letter.v1")]
    V1,
}

impl DeadLetter {
    /// The record's value as it was; `None` where it had none, the letter does not hold it, or it cannot be
    /// read.
    #[must_use]
    pub fn value(&self) -> Option<Vec<u8>> {
        STANDARD.decode(self.value_base64.as_ref()?).ok()
    }
}

/// `bytes` in base64, as [`DeadLetter`] carries keys and values.
#[must_use]
pub fn to_base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}
