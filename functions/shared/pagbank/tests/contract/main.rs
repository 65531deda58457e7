//! The adapter against the simulator, card by card, over HTTP.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test ends at the first surprise"
)]

mod cancels;
mod charges;
mod inquiries;
mod tokens;
mod transport;
mod world;
