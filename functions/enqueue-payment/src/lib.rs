//! Accepts a payment and queues it.
