//! Runs a SAM template's functions and Kafka event source mappings on this machine.
