//! The ledger ports on MySQL 8.4+ and MariaDB 10.11+, in the SQL that means the same to both.
//!
//! One [`Database`] implements every port of the ledger, one verb a file. A batch is one transaction
//! of a few multi-row statements: the rows it is about are locked in the order of their ids
//! (payments, then reservations, then products), a [`gateway_ledger::Book`] decides and keeps them, its
//! changes are written. What another transaction undid (deadlock, lock time-out, lost race for a
//! unique key) is done again whole, a bounded number of times.
//!
//! Deliberately absent: `RETURNING`, `->>`, aliased upserts and whatever else one of the two lacks;
//! read-then-write without a lock; string-built values.

mod answer;
mod begin;
mod catalogue;
mod changes;
mod column;
mod database;
mod dead_letters;
mod dispatch;
mod environment;
mod event_row;
mod expire;
mod failure;
mod kept;
mod letter_acts;
mod letter_row;
mod login;
mod migrate;
mod payment_row;
mod product_row;
mod read;
mod release;
mod reservation_row;
mod reserve;
mod review;
mod schedule;
mod settings;
mod settle;
mod sql;
mod stock;
mod transact;
mod users;
mod watch;

pub use database::Database;
pub use migrate::{migrate, migrate_as};
pub use settings::{Login, Settings};
pub use users::{Replicator, ensure_users};
