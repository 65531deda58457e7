//! Secrets of AWS Secrets Manager, read by ARN when they are needed and kept for a while.
//!
//! So a secret stands in no function's configuration, where everybody who may describe the function reads it, and a
//! new value is taken up without a deployment. One signed POST does it; the service's SDK would be the largest part
//! of a function that has no other use for it, and Lambda's extension for secrets a second process at each start.

mod config;
mod kept;
mod manager;
mod text;

pub use config::SecretConfig;
pub use kept::{AGE_MAX, ASK_AGAIN_AFTER, FetchSecret, Kept, Value};
pub use manager::Manager;
pub use text::SecretText;
