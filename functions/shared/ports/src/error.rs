//! Why a port failed, by what to do next.

use std::fmt;

/// A port's failure. A refusal of the domain (out of stock, declined) is never one of these.
#[derive(Debug)]
pub struct PortError {
    /// Whether trying again can help.
    pub kind: PortErrorKind,
    /// What was tried and what happened; never card data.
    pub message: String,
}

/// Whether trying again can help.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PortErrorKind {
    /// It can: connection lost, deadlock, throttled, time-out. The effect may have happened.
    Transient,
    /// It cannot: a bug, a missing table, a refused credential. A person must look.
    Permanent,
}

impl PortError {
    /// A failure that trying again can mend.
    #[must_use]
    pub fn transient(message: impl Into<String>) -> Self {
        Self { kind: PortErrorKind::Transient, message: message.into() }
    }

    /// A failure that stays.
    #[must_use]
    pub fn permanent(message: impl Into<String>) -> Self {
        Self { kind: PortErrorKind::Permanent, message: message.into() }
    }

    /// Whether trying again can help.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        self.kind == PortErrorKind::Transient
    }
}

impl fmt::Display for PortError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for PortError {}
