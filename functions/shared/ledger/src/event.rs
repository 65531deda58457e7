//! Names of events in a payment's timeline, beside those of the statuses themselves.

/// The buyer was told that the payment is accepted.
pub const ACCEPTED: &str = "ACCEPTED";
/// An attempt ended without a verdict.
pub const ATTEMPT_FAILED: &str = "ATTEMPT_FAILED";
/// No retry is left; once a payment.
pub const RETRIES_EXHAUSTED: &str = "RETRIES_EXHAUSTED";
/// A retry was sent to be charged.
pub const RETRY_DISPATCHED: &str = "RETRY_DISPATCHED";
/// The PSP authorized a payment that had ended otherwise; once a charge.
pub const LATE_AUTHORIZATION: &str = "LATE_AUTHORIZATION";
/// A charge that could not be used was cancelled; once a charge.
pub const VOIDED: &str = "VOIDED";

/// Events that are written once, whatever is redelivered. An adapter that does not hand a payment's
/// whole story to [`crate::Book::recall`] hands at least these.
pub const ONCE: [&str; 3] = [RETRIES_EXHAUSTED, LATE_AUTHORIZATION, VOIDED];
