//! Suites that every adapter of a port passes, the in-memory one and the real one alike.

pub mod attempts;
pub mod claims;
pub mod index;
pub mod ledger;
