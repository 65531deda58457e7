//! The memory adapters, behind faults and planted bugs.

mod attempts;
mod catalogue;
mod claims;
mod ledger;
mod letters;
mod log;
mod provider;
mod review;

pub(crate) use provider::LATE_MS_MAX;
