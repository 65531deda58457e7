//! The Lambda edge: events in, answers out, and nothing of the domain.
//!
//! A function is a [`kafka::Step`], an [`http::HttpHandler`] or a [`schedule::ScheduledJob`]; this
//! crate reads the event, hands over what it means, and turns what comes back into Lambda's answer.

pub mod clock;
pub mod combined;
pub mod config;
pub mod http;
pub mod kafka;
pub mod metrics;
pub mod schedule;
pub mod span;
pub mod telemetry;
pub mod trace;

pub use clock::SystemClock;
pub use trace::TraceContext;
