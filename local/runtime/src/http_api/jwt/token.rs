//! A token's header and signature.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{DecodingKey, Validation, decode, errors::ErrorKind};
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::{Map, Value};

use super::Denial;
use super::algorithms::JwtAlgorithm;

/// What a token says about its own signature: enough to look for the key, believed no further.
#[derive(Debug, Deserialize)]
pub(super) struct Header {
    alg: Value,
    #[serde(default)]
    kid: Option<String>,
    /// Extensions that must be understood; none is.
    #[serde(default)]
    crit: Option<IgnoredAny>,
}

impl Header {
    pub(super) fn read(token: &str) -> Result<Self, Denial> {
        let mut parts = token.split('.');
        let (Some(header), Some(_), Some(_), None) = (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(Denial::NoJwt);
        };
        let header = URL_SAFE_NO_PAD.decode(header).map_err(|_| Denial::Unreadable)?;
        serde_json::from_slice(&header).map_err(|_| Denial::Unreadable)
    }

    /// The algorithm, if it is one of those with a public key.
    pub(super) fn algorithm(&self) -> Result<JwtAlgorithm, Denial> {
        let known = JwtAlgorithm::deserialize(&self.alg).map_err(|_| Denial::Algorithm)?;
        if self.crit.is_some() { Err(Denial::Algorithm) } else { Ok(known) }
    }

    pub(super) fn kid(&self) -> Result<&str, Denial> {
        self.kid.as_deref().ok_or(Denial::Key)
    }
}

/// The claims of a token that was signed with this key, in this way.
pub(super) fn claims(
    token: &str,
    algorithm: JwtAlgorithm,
    key: &DecodingKey,
) -> Result<Map<String, Value>, Denial> {
    let mut validation = Validation::new(algorithm.to_algorithm());
    // The claims have rules of AWS's own.
    validation.required_spec_claims.clear();
    (validation.validate_exp, validation.validate_nbf, validation.validate_aud) = (false, false, false);
    match decode(token, key, &validation) {
        Ok(decoded) => Ok(decoded.claims),
        Err(error) => Err(match error.kind() {
            ErrorKind::InvalidSignature => Denial::Signature,
            ErrorKind::InvalidAlgorithm | ErrorKind::InvalidKeyFormat => Denial::Algorithm,
            _ => Denial::Unreadable,
        }),
    }
}
