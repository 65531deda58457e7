//! Sends due retries and sweeps stuck payments.

fn main() {}
