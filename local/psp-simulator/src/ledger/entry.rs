//! One request for a charge, with all that was tried under its key.

use serde::{Deserialize, Serialize};

use crate::charge::Charge;
use crate::order::Order;
use crate::scenario::{Delivery, Fault};

/// More attempts than this are counted, not kept.
const ATTEMPTS_KEPT_MAX: usize = 64;

/// A request for a charge: the key it came with, what became of it, and every attempt.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Entry {
    pub(crate) key: Option<String>,
    pub(crate) fingerprint: String,
    pub(crate) order: Order,
    pub(crate) charge: Option<Charge>,
    pub(crate) attempts: Vec<Attempt>,
    pub(crate) attempts_total: u32,
    /// Faults met so far, which decide when a passing one is over.
    pub(crate) faults: u32,
    /// How often the charge was asked for by GET. Not journalled by itself.
    pub(crate) inquiries: u32,
}

/// One call that could have changed something.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Attempt {
    pub(crate) call: Call,
    pub(crate) key: Option<String>,
    pub(crate) at_ms: i64,
    pub(crate) amount_cents: Option<u64>,
    pub(crate) outcome: Outcome,
}

/// Which call it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Call {
    #[serde(rename = "POST /charges")]
    Charge,
    #[serde(rename = "POST /charges/{id}/capture")]
    Capture,
    #[serde(rename = "POST /charges/{id}/cancel")]
    Cancel,
    /// Not a call: the risk analysis came to its end.
    #[serde(rename = "analysis")]
    Analysis,
}

/// What it came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Outcome {
    /// The charge was made, and answered in this way.
    Created(Delivery),
    /// The charge was there already, and answered in this way.
    Replayed(Delivery),
    /// No charge.
    Fault(Fault),
    /// The key belongs to another request: 409.
    KeyReused,
    /// The charge was changed.
    Changed,
    /// The change is not allowed: 400.
    Refused,
}

impl Entry {
    pub(crate) fn new(key: Option<&str>, order: Order) -> Self {
        Self {
            key: key.map(str::to_owned),
            fingerprint: order.fingerprint(),
            order,
            charge: None,
            attempts: Vec::new(),
            attempts_total: 0,
            faults: 0,
            inquiries: 0,
        }
    }

    pub(crate) fn note(&mut self, attempt: Attempt) {
        self.attempts_total = self.attempts_total.saturating_add(1);
        if self.attempts.len() < ATTEMPTS_KEPT_MAX {
            self.attempts.push(attempt);
        }
    }

    /// The change that was made under this key before, if any.
    pub(crate) fn change_under(&self, call: Call, key: Option<&str>) -> Option<&Attempt> {
        let key = key?;
        self.attempts.iter().find(|attempt| {
            attempt.call == call && attempt.key.as_deref() == Some(key) && attempt.outcome == Outcome::Changed
        })
    }
}
