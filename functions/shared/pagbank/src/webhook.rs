//! PagBank's webhooks: whether one is authentic, and which charge it hints at.
//!
//! A webhook is a hint: what it says is not believed, the charge is asked for. The sandbox is
//! known to send none of these signatures.

use gateway_domain::PaymentId;
use gateway_domain::charge::ChargeId;
use gateway_ports::PortError;
use gateway_secrets::Value;
use serde::Deserialize;
use sha2::{Digest as _, Sha256};

use crate::PagBank;
use crate::integrity::is_charge_id;

/// The header that carries the signature.
pub const SIGNATURE_HEADER: &str = "x-authenticity-token";

/// The charge a webhook is about, as far as it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hint {
    /// The charge.
    pub charge_id: ChargeId,
    /// The payment its reference names; `None` when it is none of the gateway's.
    pub payment_id: Option<PaymentId>,
}

#[derive(Deserialize)]
struct Payload {
    id: String,
    #[serde(default)]
    reference_id: Option<String>,
}

impl PagBank {
    /// Whether `signature` is the hexadecimal SHA-256 of the account's token, a hyphen and the
    /// payload as it came. Compared in constant time. One that is not may be a newer token's than ours: the
    /// secret is read again, every few seconds at most.
    ///
    /// # Errors
    /// There is no token to compare with.
    pub async fn is_authentic(&self, payload: &[u8], signature: &str) -> Result<bool, PortError> {
        let token = self.token().current().await?;
        if is_signed_with(&token, payload, signature) {
            return Ok(true);
        }
        let newer = self.token().instead_of(&token).await;
        Ok(newer.is_some_and(|newer| is_signed_with(&newer, payload, signature)))
    }
}

fn is_signed_with(token: &Value, payload: &[u8], signature: &str) -> bool {
    let mut digest = Sha256::new();
    digest.update(token.as_bytes());
    digest.update(b"-");
    digest.update(payload);
    is_hex_of(signature.trim(), &digest.finalize())
}

/// Reads the hint in a payload; `None` when it is no charge's.
#[must_use]
pub fn hint(payload: &[u8]) -> Option<Hint> {
    let payload: Payload = serde_json::from_slice(payload).ok()?;
    is_charge_id(&payload.id).then(|| Hint {
        charge_id: ChargeId(payload.id),
        payment_id: payload.reference_id.and_then(|reference| reference.parse().ok()),
    })
}

/// Looks at every digit, whatever the first ones are.
fn is_hex_of(text: &str, bytes: &[u8]) -> bool {
    let nibbles = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    let digits = text.chars().map(|digit| digit.to_digit(16).and_then(|digit| u8::try_from(digit).ok()));
    let differences = digits.zip(nibbles).filter(|(digit, nibble)| *digit != Some(*nibble)).count();
    text.len() == bytes.len() * 2 && differences == 0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{PagBankConfig, Token};

    fn pagbank() -> PagBank {
        PagBank::new(PagBankConfig {
            base_url: "http://127.0.0.1:9".to_owned(),
            token: Token::new("secret".to_owned()),
            timeout_ms: 1,
            notification_url: None,
        })
        .unwrap()
    }

    #[tokio::test]
    async fn only_the_accounts_own_signature_of_this_payload_is_authentic() {
        let right: String = Sha256::digest(b"secret-{}").iter().map(|byte| format!("{byte:02x}")).collect();
        let upper = right.to_uppercase();
        for (payload, signature, expected) in [
            ("{}", right.as_str(), true),
            ("{}", upper.as_str(), true),
            ("{ }", right.as_str(), false),
            ("{}", &right[..63], false),
            ("{}", "", false),
            ("{}", "é", false),
        ] {
            let is_authentic = pagbank().is_authentic(payload.as_bytes(), signature).await;
            assert_eq!(is_authentic.unwrap(), expected, "{payload} {signature}");
        }
    }

    #[test]
    fn a_hint_names_charge_and_payment_and_no_path() {
        let payment_id = PaymentId::from_u128(7);
        let with = |id: &str, reference: &str| {
            hint(format!(r#"{{"id":"{id}","reference_id":"{reference}","status":"PAID"}}"#).as_bytes())
        };
        let charge_id = ChargeId("CHAR_1".to_owned());
        assert_eq!(
            with("CHAR_1", &payment_id.to_string()),
            Some(Hint { charge_id: charge_id.clone(), payment_id: Some(payment_id) })
        );
        assert_eq!(with("CHAR_1", "someone else's"), Some(Hint { charge_id, payment_id: None }));
        assert_eq!(with("../orders", "x"), None);
        assert_eq!(hint(b"<html>"), None);
    }
}
