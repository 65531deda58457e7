//! The dead letters' table: what is in the queue for analysis, one row a record.

use std::future::Future;

use gateway_domain::{PaymentId, Timestamp};
use gateway_wire::RecordOrigin;

use crate::PortError;

/// A dead letter as the table holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadLetterRow {
    /// A ULID.
    pub id: u128,
    /// The record that could not be processed. One row for each.
    pub origin: RecordOrigin,
    /// The record of `payment_dlq` that told of it.
    pub dlq: RecordOrigin,
    /// The step, or the function of the event source mapping, that gave up.
    pub step: String,
    /// A stable code of why.
    pub cause_code: String,
    /// Why, in words.
    pub cause_message: String,
    /// The payment, where the record could be read that far.
    pub payment_id: Option<PaymentId>,
    /// How often it was tried, where known.
    pub attempts: Option<u32>,
    /// The record's key, as it was.
    pub key: Option<Vec<u8>>,
    /// The record's value, as it was.
    pub value: Option<Vec<u8>>,
    /// What was found out and done about it: a stable code such as `settled_failed`, `in_review`.
    pub resolution: Option<String>,
    /// When it was recorded.
    pub created_at: Timestamp,
}

/// Keeps dead letters.
pub trait DeadLetters: Send + Sync {
    /// Records it once per origin; a repetition only fills in a resolution that was missing.
    fn record(&self, row: &DeadLetterRow) -> impl Future<Output = Result<(), PortError>> + Send;

    /// The newest ones first, for the list.
    fn list(&self, limit: u32) -> impl Future<Output = Result<Vec<DeadLetterRow>, PortError>> + Send;
}
