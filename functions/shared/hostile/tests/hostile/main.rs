//! Whatever is sent to a topic or a route: nothing panics, no record is lost, no answer is a 5xx.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests fail by panicking")]

mod events;
mod examples;
mod letters;
mod routes;
mod servers;
mod topics;
