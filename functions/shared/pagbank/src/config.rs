//! What the adapter must be told.

use std::sync::Arc;

use gateway_secrets::{Kept, Value};
use zeroize::Zeroizing;

/// Where PagBank's bearer token of the account comes from.
pub enum Token {
    /// The token itself: development. Zeroed on drop.
    Fixed(Value),
    /// A secret, which may get another value at any time.
    Secret(Box<Kept>),
}

impl Token {
    /// The token as PagBank issued it.
    #[must_use]
    pub fn new(text: String) -> Self {
        Self::Fixed(Arc::new(Zeroizing::new(text)))
    }
}

/// The adapter's configuration.
pub struct PagBankConfig {
    /// `https://api.pagseguro.com`, the sandbox's or a simulator's.
    pub base_url: String,
    /// The account's token. PagBank signs its webhooks with it, too.
    pub token: Token,
    /// How long one operation may take as a whole, in milliseconds, be it one call or two.
    pub timeout_ms: u64,
    /// Where PagBank sends its webhooks; without it only inquiries tell how an analysis ended.
    pub notification_url: Option<String>,
}

/// Why the adapter cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum PagBankError {
    /// The base URL is none.
    #[error("the base URL of PagBank is not valid; give one such as https://api.pagseguro.com")]
    BaseUrl,
    /// The HTTP client could not be made, such as for want of root certificates.
    #[error("no HTTP client: {0}")]
    Client(#[source] reqwest::Error),
}
