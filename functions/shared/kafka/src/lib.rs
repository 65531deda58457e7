//! The message log port on Kafka.
