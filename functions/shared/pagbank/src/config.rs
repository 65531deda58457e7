//! What the adapter must be told.

use zeroize::{Zeroize, ZeroizeOnDrop};

/// PagBank's bearer token of the account. Zeroed on drop; no `Debug`, `Clone`, serialisation.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct Token(String);

impl Token {
    /// The token as PagBank issued it.
    #[must_use]
    pub const fn new(text: String) -> Self {
        Self(text)
    }

    pub(crate) fn expose(&self) -> &str {
        &self.0
    }
}

/// The adapter's configuration.
pub struct PagBankConfig {
    /// `https://api.pagseguro.com`, the sandbox's or a simulator's.
    pub base_url: String,
    /// The account's token. It also signs webhooks.
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
    /// The token cannot be sent in a header.
    #[error("the token of PagBank holds characters that no HTTP header may hold")]
    Token,
    /// The HTTP client could not be made, such as for want of root certificates.
    #[error("no HTTP client: {0}")]
    Client(#[source] reqwest::Error),
}
