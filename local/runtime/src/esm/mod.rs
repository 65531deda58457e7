//! Kafka event source mappings: what AWS does between a topic and a function.

pub mod config;
