//! What the code names and needs is in the templates of `infra/`, and what they name is in the code.
//!
//! No account and no network: the templates are read as they stand, beside the sources.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests fail by panicking")]

mod budgets;
mod instances;
mod metrics;
mod names;
mod parameters;
mod permissions;
mod prices;
mod runbook;
mod scripts;
mod source;
mod template;
mod topics;
mod variables;
