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
    /// It cannot: a bug, a missing table, a refused credential. A person must look, and what was
    /// asked waits meanwhile.
    Permanent,
    /// It cannot, for what the items themselves hold: too long, out of range, contradicting what is
    /// stored. Others of the same batch are not at fault.
    Refused,
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

    /// Items that can never be taken.
    #[must_use]
    pub fn refused(message: impl Into<String>) -> Self {
        Self { kind: PortErrorKind::Refused, message: message.into() }
    }

    /// Whether it is the items themselves that can never be taken.
    #[must_use]
    pub fn is_refused(&self) -> bool {
        self.kind == PortErrorKind::Refused
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
