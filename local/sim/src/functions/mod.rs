//! The deployed functions, invoked as Lambda would: a fresh environment, a time-out, an end.

mod http;
mod kafka;
mod schedule;

pub use http::http;
pub use kafka::kafka;
pub use schedule::run_schedules;
