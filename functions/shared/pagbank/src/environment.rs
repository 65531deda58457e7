//! The adapter's configuration from the environment.

use crate::config::{PagBankConfig, Token};

/// How long one operation may take where nothing is said, in milliseconds.
const TIMEOUT_MS: u64 = 8000;

impl PagBankConfig {
    /// From the environment, through `lookup`:
    ///
    /// | variable | meaning |
    /// |---|---|
    /// | `PSP_BASE_URL` | `https://api.pagseguro.com`, the sandbox's or a simulator's; required |
    /// | `PSP_TOKEN` | the account's bearer token; required |
    /// | `PSP_TIMEOUT_MS` | how long one operation may take, in milliseconds; 8000 |
    /// | `PSP_NOTIFICATION_URL` | where PagBank sends its webhooks; none |
    ///
    /// # Errors
    /// The variable at fault and what to do about it.
    pub fn from_env(lookup: impl Fn(&'static str) -> Option<String>) -> Result<Self, String> {
        let required = |name: &'static str, remedy: &str| {
            lookup(name).ok_or_else(|| format!("environment variable {name} is not set; {remedy}"))
        };
        let timeout_ms = match lookup("PSP_TIMEOUT_MS") {
            None => TIMEOUT_MS,
            Some(text) => text.parse().map_err(|error| {
                format!("environment variable PSP_TIMEOUT_MS is {text:?} ({error}); give milliseconds")
            })?,
        };
        Ok(Self {
            base_url: required("PSP_BASE_URL", "give PagBank's address, such as https://api.pagseguro.com")?,
            token: Token::new(required("PSP_TOKEN", "give the token that PagBank issued")?),
            timeout_ms,
            notification_url: lookup("PSP_NOTIFICATION_URL"),
        })
    }
}
