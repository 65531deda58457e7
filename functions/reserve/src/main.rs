//! Reserves stock for a buyer.

fn main() {}
