//! Asks an issuer for its public keys: discovery document first, then the key set that it names.

use std::future::Future;
use std::time::Duration;

use reqwest::Client;
use serde_json::Value;
use url::{Host, Url};

/// AWS gives each of the two answers this long.
const ANSWER_MAX: Duration = Duration::from_millis(1_500);
/// AWS reads key sets of at most this size; documents here too.
const ANSWER_BYTES_MAX: usize = 150_000;

/// Where a key set comes from.
pub(super) trait KeySource: Send + Sync {
    /// The JSON Web Key Set as it is published now.
    fn fetch(&self) -> impl Future<Output = Result<Value, FetchError>> + Send;
}

/// Why an issuer's keys are not to be had.
#[derive(Debug, thiserror::Error)]
pub(super) enum FetchError {
    #[error("{url}: {cause}")]
    Transport { url: String, cause: reqwest::Error },
    #[error("{0}: more than {ANSWER_BYTES_MAX} bytes")]
    TooLarge(String),
    #[error("{0}: no JSON object")]
    NoJson(String),
    #[error("the discovery document is that of the issuer {0:?}")]
    OtherIssuer(String),
    #[error("the discovery document names no jwks_uri")]
    NoKeySet,
}

/// An issuer's own documents over HTTP.
#[derive(Debug)]
pub(super) struct Discovery {
    client: Client,
    issuer: String,
}

impl Discovery {
    pub(super) fn new(issuer: &str) -> Result<Self, reqwest::Error> {
        let client = Client::builder().timeout(ANSWER_MAX);
        // What a machine says to itself is no business of a proxy.
        let client = if is_loopback(issuer) { client.no_proxy() } else { client };
        Ok(Self { client: client.build()?, issuer: issuer.to_owned() })
    }

    async fn get(&self, url: &str) -> Result<Value, FetchError> {
        let failed = |cause| FetchError::Transport { url: url.to_owned(), cause };
        let response = self.client.get(url).send().await;
        let mut response = response.and_then(reqwest::Response::error_for_status).map_err(failed)?;
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(failed)? {
            body.extend_from_slice(&chunk);
            if body.len() > ANSWER_BYTES_MAX {
                return Err(FetchError::TooLarge(url.to_owned()));
            }
        }
        serde_json::from_slice(&body).map_err(|_| FetchError::NoJson(url.to_owned()))
    }
}

impl KeySource for Discovery {
    async fn fetch(&self) -> Result<Value, FetchError> {
        let base = self.issuer.trim_end_matches('/');
        let document = self.get(&format!("{base}/.well-known/openid-configuration")).await?;
        let named = document["issuer"].as_str().unwrap_or_default();
        if named != self.issuer {
            return Err(FetchError::OtherIssuer(named.to_owned()));
        }
        self.get(document["jwks_uri"].as_str().ok_or(FetchError::NoKeySet)?).await
    }
}

fn is_loopback(url: &str) -> bool {
    match Url::parse(url).ok().and_then(|url| url.host().map(|host| host.to_owned())) {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}
