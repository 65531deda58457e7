//! Analyses dead letters and ends payments truthfully.

fn main() {}
