//! What travels: Kafka messages and HTTP bodies.
