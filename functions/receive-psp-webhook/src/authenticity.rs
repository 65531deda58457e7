//! How a webhook is known to be the PSP's.

use std::future::Future;

use gateway_edge::http::{HttpRequest, Problem};
use gateway_pagbank::PagBank;
use gateway_pagbank::webhook::SIGNATURE_HEADER;
use gateway_ports::PortError;

/// Knows the PSP's signatures.
pub trait VerifyWebhook: Send + Sync {
    /// Whether `signature` is the PSP's for this payload.
    ///
    /// # Errors
    /// It cannot be told.
    fn is_authentic(
        &self,
        payload: &[u8],
        signature: &str,
    ) -> impl Future<Output = Result<bool, PortError>> + Send;
}

impl VerifyWebhook for PagBank {
    async fn is_authentic(&self, payload: &[u8], signature: &str) -> Result<bool, PortError> {
        Self::is_authentic(self, payload, signature).await
    }
}

/// Checks a webhook. `optional`: a webhook without a signature is taken too, as PagBank's sandbox
/// sends them; it is only a hint in any case, and what it can do is make the PSP be asked.
///
/// # Errors
/// 401 when the signature is missing where it is demanded, or is not this body's; 503 when that cannot be told,
/// and the PSP will send the webhook again.
pub(crate) async fn check(
    psp: &impl VerifyWebhook,
    request: &HttpRequest,
    optional: bool,
) -> Result<(), Problem> {
    let is_authentic = match request.header(SIGNATURE_HEADER) {
        None => optional,
        Some(signature) => psp.is_authentic(&request.body, signature).await?,
    };
    if is_authentic {
        return Ok(());
    }
    let detail = format!("{SIGNATURE_HEADER} is missing or not this body's");
    Err(Problem::new(401, "webhook_not_authentic", detail))
}
