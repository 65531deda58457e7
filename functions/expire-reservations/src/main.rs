//! Gives expired reservations' stock back.

fn main() {}
