//! `GET /dead-letters`.

use serde::{Deserialize, Serialize};

use crate::time::WireTime;
use crate::{DeadLetterCause, RecordOrigin};

/// The newest dead letters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeadLettersBody {
    /// Newest first.
    pub items: Vec<DeadLetterBody>,
}

/// A dead letter without the record's value: nobody knows what an undecodable one holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeadLetterBody {
    /// A ULID.
    pub id: String,
    /// The record that could not be processed.
    pub origin: RecordOrigin,
    /// The record of `payment_dlq` that told of it.
    pub dlq: RecordOrigin,
    /// The step that gave up.
    pub step: String,
    /// Why.
    pub cause: DeadLetterCause,
    /// The payment, where the record could be read that far.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payment_id: Option<String>,
    /// How often it was tried, where known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attempts: Option<u32>,
    /// Length of the record's value, in bytes.
    pub value_len: usize,
    /// What was found out and done about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resolution: Option<String>,
    /// When it was recorded.
    pub created_at: WireTime,
}
