//! Asking a schema registry over HTTP, with Confluent's API.

use std::sync::Arc;
use std::time::Duration;

use crate::esm::config::{RegistryAccess, SchemaRegistry};
use crate::esm::registry::Known;

/// How long the registry may take to answer.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(10);

/// A registry and how it is got at.
#[derive(Debug, Clone)]
pub struct RegistryClient {
    registry: Arc<SchemaRegistry>,
    client: reqwest::Client,
}

impl RegistryClient {
    /// Prepares the client; nothing is asked yet.
    pub fn new(registry: &SchemaRegistry) -> Result<Self, String> {
        let client = client(&registry.access).map_err(|error| error.to_string())?;
        Ok(Self { registry: Arc::new(registry.clone()), client })
    }

    /// What the registry knows of a schema; an error is worth asking again.
    pub async fn ask(&self, id: u32) -> Result<Known, String> {
        let url = format!("{}/schemas/ids/{id}", self.registry.url.trim_end_matches('/'));
        let mut request = self.client.get(&url);
        if let Some(password) = &self.registry.access.password {
            request = request.basic_auth(&password.username, Some(password.password.reveal()));
        }
        let told = |error: reqwest::Error| format!("{url}: {}", error.without_url());
        let answer = request.send().await.map_err(told)?;
        let status = answer.status();
        let body = answer.bytes().await.map_err(told)?;
        Known::from_answer(status.as_u16(), &body).ok_or_else(|| format!("{url}: {status}"))
    }
}

fn client(access: &RegistryAccess) -> reqwest::Result<reqwest::Client> {
    let mut builder = reqwest::Client::builder().timeout(ANSWER_TIMEOUT).no_proxy();
    if let Some(certificate) = &access.root_certificate {
        builder = builder.add_root_certificate(reqwest::Certificate::from_pem(certificate.as_bytes())?);
    }
    if let Some(own) = &access.client_certificate {
        let pem = format!("{}\n{}", own.certificate, own.private_key.reveal());
        builder = builder.identity(reqwest::Identity::from_pem(pem.as_bytes())?);
    }
    builder.build()
}
