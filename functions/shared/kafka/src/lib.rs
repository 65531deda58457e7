//! The message log port on Kafka.
//!
//! One idempotent producer a process, acknowledged by all in-sync replicas. Records are pipelined and
//! awaited together; a broker that is away is waited for no longer than the delivery time-out, which
//! lies below every function's own. Deliberately absent: transactions, and consuming: the event source
//! mapping reads.

mod config;
mod context;
mod enqueue;
mod failure;
mod iam;
mod polled;
mod producer;
#[cfg(test)]
mod shown;

pub use config::{KafkaConfig, Security};
pub use producer::KafkaLog;
