//! The two things asked of AWS KMS.

use std::future::Future;

use aws_sdk_kms::Client;
use aws_sdk_kms::primitives::Blob;
use aws_sdk_kms::types::DataKeySpec;
use gateway_ports::PortError;
use zeroize::Zeroizing;

use super::key::KeyBytes;
use crate::error::port_error;

/// What KMS binds each key to and writes into its audit trail; a key policy can demand it.
const CONTEXT: (&str, &str) = ("purpose", "payment-gateway-card-vault");

/// A fresh key, in clear and as only KMS can read it.
pub struct GeneratedKey {
    /// The key itself.
    pub plaintext: Zeroizing<[u8; 32]>,
    /// The key encrypted under the KMS key.
    pub wrapped: Vec<u8>,
}

/// Makes keys and unwraps them.
pub trait KeyService: Send + Sync {
    /// A fresh AES-256 key.
    fn generate(&self) -> impl Future<Output = Result<GeneratedKey, PortError>> + Send;

    /// The key that [`KeyService::generate`] had wrapped.
    fn unwrap_key(
        &self,
        wrapped: &[u8],
    ) -> impl Future<Output = Result<Zeroizing<[u8; 32]>, PortError>> + Send;
}

/// AWS KMS under one symmetric key.
#[derive(Debug, Clone)]
pub struct KmsService {
    client: Client,
    key_id: String,
}

impl KmsService {
    /// Under the KMS key of this id, ARN or alias.
    #[must_use]
    pub const fn new(client: Client, key_id: String) -> Self {
        Self { client, key_id }
    }
}

impl KeyService for KmsService {
    async fn generate(&self) -> Result<GeneratedKey, PortError> {
        let answer = self
            .client
            .generate_data_key()
            .key_id(&self.key_id)
            .key_spec(DataKeySpec::Aes256)
            .encryption_context(CONTEXT.0, CONTEXT.1)
            .send()
            .await
            .map_err(|error| port_error("KMS GenerateDataKey", &error))?;
        let wrapped = answer.ciphertext_blob.map(Blob::into_inner).unwrap_or_default();
        Ok(GeneratedKey { plaintext: key_bytes(answer.plaintext)?, wrapped })
    }

    async fn unwrap_key(&self, wrapped: &[u8]) -> Result<Zeroizing<[u8; 32]>, PortError> {
        let answer = self
            .client
            .decrypt()
            .key_id(&self.key_id)
            .ciphertext_blob(Blob::new(wrapped))
            .encryption_context(CONTEXT.0, CONTEXT.1)
            .send()
            .await
            .map_err(|error| port_error("KMS Decrypt", &error))?;
        key_bytes(answer.plaintext)
    }
}

fn key_bytes(plaintext: Option<Blob>) -> Result<KeyBytes, PortError> {
    let bytes = Zeroizing::new(plaintext.map(Blob::into_inner).unwrap_or_default());
    let mut key = KeyBytes::default();
    if bytes.len() != key.len() {
        return Err(PortError::permanent("KMS answered with a key that is not 32 bytes long"));
    }
    key.copy_from_slice(&bytes);
    Ok(key)
}

#[cfg(test)]
mod tests;
