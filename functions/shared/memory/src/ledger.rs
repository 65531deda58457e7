//! In-memory `ledger` ports.
