//! Tokens of the issuer on this machine, one a caller.

use std::sync::Arc;

use reqwest::Client;
use reqwest::header::HeaderValue;
use serde::Deserialize;
use serde_json::json;
use tokio::sync::OnceCell;

use crate::gateway::Failure;

/// Longer than anything here runs, so that no measurement meets the end of its token.
const LIFE_S: u32 = 12 * 60 * 60;

/// A caller's token, asked for at its first use and used from then on.
#[derive(Debug, Clone)]
pub struct Token {
    issuer: String,
    user: String,
    roles: &'static [&'static str],
    header: Arc<OnceCell<HeaderValue>>,
}

#[derive(Deserialize)]
struct Issued {
    access_token: String,
}

impl Token {
    /// The token of a user with these roles.
    #[must_use]
    pub fn new(issuer: &str, user: &str, roles: &'static [&'static str]) -> Self {
        Self { issuer: issuer.to_owned(), user: user.to_owned(), roles, header: Arc::default() }
    }

    /// The same for another user without roles.
    #[must_use]
    pub fn of(&self, user: &str) -> Self {
        Self::new(&self.issuer, user, &[])
    }

    /// Who it speaks for.
    #[must_use]
    pub fn user(&self) -> &str {
        &self.user
    }

    /// What goes into `authorization`.
    ///
    /// # Errors
    /// When the issuer gives none.
    pub async fn header(&self, http: &Client) -> Result<HeaderValue, Failure> {
        self.header.get_or_try_init(|| self.ask(http)).await.cloned()
    }

    async fn ask(&self, http: &Client) -> Result<HeaderValue, Failure> {
        let request = json!({ "user": self.user, "roles": self.roles, "expires_in_s": LIFE_S });
        let answer = http.post(format!("{}/_issuer/tokens", self.issuer)).json(&request).send().await?;
        let issued: Issued = answer.error_for_status()?.json().await?;
        let mut header = HeaderValue::from_str(&format!("Bearer {}", issued.access_token))
            .map_err(|error| Failure(error.to_string()))?;
        header.set_sensitive(true);
        Ok(header)
    }
}
