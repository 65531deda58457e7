//! What became of a payment.

fn main() {}
