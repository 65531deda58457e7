//! Builds, starts, shows, tests: the developer's one command.

fn main() {}
