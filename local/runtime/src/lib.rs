//! Runs a SAM template's functions on this machine as AWS Lambda would: HTTP API,
//! Kafka event source mappings, schedules, the Runtime API and the Invoke API.
//!
//! It knows nothing of what the functions do: any SAM project with `MSK` or
//! `SelfManagedKafka` events can be run with it.

pub mod debug;
pub mod esm;
pub mod host;
pub mod http_api;
mod ids;
pub mod invoke;
pub mod invoke_api;
mod percent;
pub mod reload;
pub mod samconfig;
pub mod schedule;
mod serve;
pub mod template;
pub mod watch;
