//! The product catalogue over HTTP.

fn main() {}
