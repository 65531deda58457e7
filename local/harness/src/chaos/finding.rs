//! Something that is not as it must be.

/// A broken promise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The promise.
    pub promise: &'static str,
    /// The payment, where it is about one: its timeline is shown.
    pub payment_id: Option<String>,
    /// What is wrong.
    pub what: String,
}

impl Finding {
    /// About no payment in particular.
    #[must_use]
    pub fn of(promise: &'static str, what: impl Into<String>) -> Self {
        Self { promise, payment_id: None, what: what.into() }
    }

    /// About a payment.
    #[must_use]
    pub fn about(promise: &'static str, payment_id: &str, what: impl Into<String>) -> Self {
        Self { promise, payment_id: Some(payment_id.to_owned()), what: what.into() }
    }
}
