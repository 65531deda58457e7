//! The ledger in memory does what every ledger does.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests fail by panicking")]

gateway_conformance::ledger_suite!(gateway_memory::ledger::MemoryLedger::new());
