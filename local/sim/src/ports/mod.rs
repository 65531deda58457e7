//! The memory adapters, behind faults and planted bugs.

mod attempts;
mod claims;
mod ledger;
mod log;
mod provider;

pub(crate) use provider::DECISION_MS_MAX;
