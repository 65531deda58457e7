//! Claims, charge attempts and the card vault on DynamoDB.
//!
//! What every payment does is one conditional write each. When a condition refuses, the item that
//! refused comes back with the refusal, so deciding why costs no further read.
//!
//! One table, *payments*, with one item a payment: claim, card, attempts, verdict. Its key `pk` is the
//! tail of the payment's id, its TTL attribute `expires_at` in epoch seconds. TTL only tidies up:
//! everything that expires is compared with `now`. The table may have no stream, backup or
//! point-in-time recovery: an erased card must be gone.
//!
//! ```text
//! pk           │ the last 16 characters of the payment's id
//! claim        │ map: who holds the key whose digest pk is; none where the id is a random one, or where a
//!              │ verdict came when the item was gone
//! payment_id … │ the payment, its sealed card until the verdict, its attempts; none where the item only
//!              │ holds a claim
//! expires_at   │ the card's end until the payment is queued, then its claim's, then the record's
//! ```
//!
//! An id that is met again, in a late record, may find another payment at its place, made by the same key
//! long after, or a claim alone: whoever looks for a payment looks at `payment_id` too.
//!
//! Deliberately absent: indexes, scans, and transactions and reads before writes where nothing goes wrong.

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
