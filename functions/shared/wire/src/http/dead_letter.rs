//! `GET /dead-letters`, `GET /dead-letters/{id}` and what an admin does about one.

use serde::{Deserialize, Serialize};

use crate::time::WireTime;
use crate::{DeadLetterCause, RecordOrigin};

/// A page of dead letters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct DeadLettersBody {
    /// Newest first.
    pub items: Vec<DeadLetterBody>,
    /// The cursor of the next page; null at the end.
    #[serde(default)]
    pub next: Option<String>,
}

/// A dead letter without the record's value: nobody knows what an undecodable one holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct DeadLetterBody {
    /// A ULID.
    pub id: String,
    /// `OPEN` (a person is needed), `CLOSED`, `REDRIVING`, `REDRIVEN` or `DISCARDED`.
    pub state: String,
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
    /// Where to go on.
    pub links: DeadLetterLinks,
}

/// Where to go on from a dead letter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct DeadLetterLinks {
    /// The letter itself.
    #[serde(rename = "self")]
    pub itself: String,
    /// Its payment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payment: Option<String>,
}

/// All that may be told of one dead letter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct DeadLetterDetailBody {
    /// What the list tells.
    #[serde(flatten)]
    pub letter: DeadLetterBody,
    /// Why, from the outermost cause to the innermost.
    pub causes: Vec<DeadLetterCause>,
    /// What a person should do.
    pub what_to_do: String,
    /// The record's key, where it is an id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// Its position in a trace.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub traceparent: Option<String>,
    /// Where its record stands since it was redriven.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub redriven_to: Option<RecordOrigin>,
    /// Who acted on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub act: Option<DeadLetterActBody>,
}

/// What a person did about a dead letter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct DeadLetterActBody {
    /// Who.
    pub by: String,
    /// Why, where a reason was asked for.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
    /// When.
    pub at: WireTime,
}
