//! Hears the PSP's hints and asks what is true.

fn main() {}
