//! The ledger in memory does what every ledger does.

gateway_conformance::ledger_suite!(gateway_memory::ledger::MemoryLedger::new());
