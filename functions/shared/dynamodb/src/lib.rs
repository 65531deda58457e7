//! Claims, charge attempts and the card vault on DynamoDB.
//!
//! Each method of a port is one conditional write or one consistent read. When a condition refuses,
//! the item that refused comes back with the refusal, so deciding why costs no further read.
//!
//! Two tables: *claims* (key `claim_key`) and *payments* (key `payment_id`), both with the TTL
//! attribute `expires_at` in epoch seconds. TTL only tidies up: everything that expires is compared
//! with `now`. Neither table may have streams, backups or point-in-time recovery: an erased card
//! must be gone.
//!
//! Deliberately absent: transactions, indexes, scans, and reads before writes.

mod claims;
mod client;
mod config;
mod error;
mod item;
mod payments;
mod store;
pub mod vault;

pub use client::{
    ATTEMPT_TIMEOUT, ATTEMPTS_MAX, CONNECT_TIMEOUT, OPERATION_TIMEOUT, dynamodb_client, kms_client,
};
pub use config::{AwsEnvironment, ConfigError, StoreConfig, VaultKeyConfig};
pub use store::DynamoStore;
