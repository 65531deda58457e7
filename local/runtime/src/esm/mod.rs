//! Kafka event source mappings: what AWS does between a topic and a function.

pub mod backoff;
pub mod config;
pub mod engine;
pub mod event;
pub mod filter;
pub mod limits;
pub mod metrics;
pub mod offsets;
pub mod options;
mod poller;
pub mod record;
pub mod response;
pub mod status;
#[cfg(test)]
mod testing;

pub use options::EsmOptions;
pub use poller::{Mapping, MappingHandle, StartError};
