//! The story of a payment, in order.

use gateway_domain::Timestamp;
use gateway_wire::RecordOrigin;

/// One thing that happened to a payment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimelineEvent {
    /// Position in the payment's story, from 1 without gaps.
    pub sequence: u32,
    /// When, by the clock of the step that saw it.
    pub at: Timestamp,
    /// The step that wrote it, such as `orchestrate-payment`.
    pub step: String,
    /// What, such as `ACCEPTED`, `PROCESSING`, `ATTEMPT_FAILED`, `RETRY_SCHEDULED`, `AUTHORIZED`.
    pub event: String,
    /// The attempt it belongs to; 0 where it belongs to none.
    pub attempt: u32,
    /// Codes and words: charge id, decline code, why it is (not) retried; never card data.
    pub detail: Vec<(String, String)>,
    /// The record that caused it.
    pub origin: Option<RecordOrigin>,
}
