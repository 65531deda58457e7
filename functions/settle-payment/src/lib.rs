//! Writes the verdict into the ledger.
