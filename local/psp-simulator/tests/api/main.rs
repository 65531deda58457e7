//! The simulator over HTTP, in this process, each test with one of its own.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test ends at the first surprise"
)]

mod amend;
mod analysis;
mod cards;
mod client;
mod errors;
mod faults;
mod idempotency;
mod inspection;
mod journal;
mod throughput;
