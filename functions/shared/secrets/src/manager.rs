//! AWS Secrets Manager: `GetSecretValue`, signed and sent.

use std::time::{Duration, SystemTime};

use gateway_ports::PortError;
use gateway_sign::Signer;
use reqwest::{Client, StatusCode};
use serde::Deserialize;
use zeroize::Zeroizing;

use crate::config::SecretConfig;
use crate::kept::FetchSecret;
use crate::text::SecretText;

/// Tries of one reading, the first included: enough for a connection that died while the environment was frozen.
const TRIES_MAX: usize = 2;
/// Until a connection stands.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(1);
/// Until one try is answered: two of them fit into the time that a call of the PSP has.
const TRY_TIMEOUT: Duration = Duration::from_millis(1_500);

const HEADERS: [(&str, &str); 2] =
    [("content-type", "application/x-amz-json-1.1"), ("x-amz-target", "secretsmanager.GetSecretValue")];

/// One secret of AWS Secrets Manager.
pub struct Manager {
    client: Client,
    config: SecretConfig,
}

#[derive(Deserialize)]
struct Answer {
    #[serde(rename = "SecretString")]
    text: String,
}

#[derive(Deserialize, Default)]
struct Complaint {
    #[serde(rename = "__type", default)]
    kind: String,
}

impl Manager {
    /// A client of its own; nothing is sent yet.
    ///
    /// # Errors
    /// A permanent one when there can be no HTTP client, such as for want of root certificates.
    pub fn new(config: SecretConfig) -> Result<Self, PortError> {
        let client = Client::builder()
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(TRY_TIMEOUT)
            .redirect(reqwest::redirect::Policy::none())
            // The endpoint is in the function's own network: never behind a proxy.
            .no_proxy()
            .build()
            .map_err(|error| PortError::permanent(format!("no HTTP client for secrets: {error}")))?;
        Ok(Self { client, config })
    }

    async fn ask(&self) -> Result<SecretText, PortError> {
        let SecretConfig { arn, region, credentials, endpoint } = &self.config;
        let body = serde_json::json!({ "SecretId": arn }).to_string();
        let signer = Signer { credentials, service: "secretsmanager", region, now: SystemTime::now() };
        let signature = signer
            .sign_post(endpoint, &HEADERS, body.as_bytes())
            .map_err(|error| PortError::permanent(format!("the secret's request is not signed: {error}")))?;
        let mut request = self.client.post(endpoint).body(body);
        for (name, value) in HEADERS {
            request = request.header(name, value);
        }
        for (name, value) in signature {
            request = request.header(name, value);
        }
        let response = request.send().await.map_err(lost)?;
        let status = response.status();
        let body = response.bytes().await.map_err(lost)?;
        if !status.is_success() {
            return Err(refused(status, &body));
        }
        // What does not parse may be half a secret: it is not shown.
        let answer: Answer = serde_json::from_slice(&body)
            .map_err(|_| PortError::permanent("Secrets Manager's answer holds no SecretString"))?;
        Ok(SecretText::new(Zeroizing::new(answer.text)))
    }
}

impl FetchSecret for Manager {
    async fn fetch(&self) -> Result<SecretText, PortError> {
        let mut tries = 1;
        loop {
            match self.ask().await {
                Err(error) if error.is_transient() && tries < TRIES_MAX => tries += 1,
                outcome => return outcome,
            }
        }
    }
}

fn lost(error: reqwest::Error) -> PortError {
    PortError::transient(format!("Secrets Manager does not answer: {}", error.without_url()))
}

/// Throttled and at fault itself it may answer next time; what it refuses it goes on refusing.
fn refused(status: StatusCode, body: &[u8]) -> PortError {
    let complaint: Complaint = serde_json::from_slice(body).unwrap_or_default();
    let kind = complaint.kind.rsplit('#').next().unwrap_or_default();
    let message = format!("Secrets Manager answers HTTP {status} {kind}");
    if status.is_server_error() || kind == "ThrottlingException" || kind == "InternalServiceError" {
        PortError::transient(message)
    } else {
        PortError::permanent(message)
    }
}
