//! Accepts a payment and queues it.

fn main() {}
