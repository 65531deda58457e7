//! What every adapter of the `ledger` ports does.
