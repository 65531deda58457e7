//! Writes the verdict into the ledger.

fn main() {}
