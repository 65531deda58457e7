//! Carries product changes into the search index.

fn main() {}
