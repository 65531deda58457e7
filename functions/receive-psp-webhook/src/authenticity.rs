//! How a webhook is known to be the PSP's.

use gateway_edge::http::{HttpRequest, Problem};
use gateway_pagbank::PagBank;
use gateway_pagbank::webhook::SIGNATURE_HEADER;

/// Knows the PSP's signatures.
pub trait VerifyWebhook: Send + Sync {
    /// Whether `signature` is the PSP's for this payload.
    fn is_authentic(&self, payload: &[u8], signature: &str) -> bool;
}

impl VerifyWebhook for PagBank {
    fn is_authentic(&self, payload: &[u8], signature: &str) -> bool {
        Self::is_authentic(self, payload, signature)
    }
}

/// Checks a webhook. `optional`: a webhook without a signature is taken too, as PagBank's sandbox
/// sends them; it is only a hint in any case, and what it can do is make the PSP be asked.
///
/// # Errors
/// 401 when the signature is missing where it is demanded, or is not this body's.
pub(crate) fn check(psp: &impl VerifyWebhook, request: &HttpRequest, optional: bool) -> Result<(), Problem> {
    match request.header(SIGNATURE_HEADER) {
        None if optional => Ok(()),
        Some(signature) if psp.is_authentic(&request.body, signature) => Ok(()),
        Some(_) | None => {
            let detail = format!("{SIGNATURE_HEADER} is missing or not this body's");
            Err(Problem::new(401, "webhook_not_authentic", detail))
        }
    }
}
