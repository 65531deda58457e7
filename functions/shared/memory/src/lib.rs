//! Every port in memory: for tests and simulation. Each passes the same suites as the real adapter.

pub mod attempts;
pub mod claims;
pub mod clock;
pub mod index;
pub mod ledger;
pub mod log;
pub mod provider;
pub mod shop;
