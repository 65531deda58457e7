//! Counters of one function, in the terms of its CloudWatch metrics.

use std::sync::atomic::{AtomicU64, Ordering};

use serde::Serialize;

/// What a function's environments have done since the start.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FunctionStats {
    /// The function's name.
    pub function: String,
    /// Calls that reached an environment.
    pub invocations: u64,
    /// Calls that ended in an error answer, a crash or a time-out.
    pub errors: u64,
    /// Calls that were throttled.
    pub throttles: u64,
    /// Environments that ended by themselves, during a call or before the first one.
    pub crashes: u64,
    /// Calls that were ended at the function's `Timeout`.
    pub timeouts: u64,
    /// Environments started.
    pub starts: u64,
    /// Environments that exist now.
    pub environments: usize,
    /// Calls that wait for an environment now.
    pub queued: usize,
}

/// The counters behind [`FunctionStats`].
#[derive(Debug, Default)]
pub(super) struct Counters {
    pub(super) invocations: Counter,
    pub(super) errors: Counter,
    pub(super) throttles: Counter,
    pub(super) crashes: Counter,
    pub(super) timeouts: Counter,
    pub(super) starts: Counter,
}

/// A count that only grows.
#[derive(Debug, Default)]
pub(super) struct Counter(AtomicU64);

impl Counter {
    pub(super) fn add_one(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}
