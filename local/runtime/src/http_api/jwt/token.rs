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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http_api::jwt::crypto;
    use crate::http_api::jwt::key_set::KeySet;
    use aws_lc_rs::rand::SystemRandom;
    use aws_lc_rs::signature::{
        ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair,
        EcdsaSigningAlgorithm, KeyPair as _, RSA_PKCS1_SHA256, RSA_PKCS1_SHA384, RSA_PKCS1_SHA512,
        RSA_PSS_SHA256, RSA_PSS_SHA384, RSA_PSS_SHA512, RsaEncoding, RsaKeyPair,
    };
    use serde_json::json;
    use token_issuer::SigningKey;

    const ALL: [JwtAlgorithm; 8] = {
        let [a, b, c, d, e, f] = JwtAlgorithm::OF_AWS;
        [a, b, c, d, e, f, JwtAlgorithm::ES256, JwtAlgorithm::ES384]
    };

    fn message(algorithm: JwtAlgorithm) -> String {
        let part = |json: Value| URL_SAFE_NO_PAD.encode(json.to_string());
        format!("{}.{}", part(json!({ "alg": format!("{algorithm:?}") })), part(json!({ "sub": "ana" })))
    }

    /// A key as it is published, and what it signs.
    fn rsa(key: &SigningKey, algorithm: JwtAlgorithm, scheme: &'static dyn RsaEncoding) -> (Value, String) {
        let pair = RsaKeyPair::from_pkcs8(&key.to_der().unwrap()).unwrap();
        let mut signature = vec![0; pair.public_modulus_len()];
        let message = message(algorithm);
        pair.sign(scheme, &SystemRandom::new(), message.as_bytes(), &mut signature).unwrap();
        let mut jwk = key.jwk();
        jwk["kid"] = json!("k");
        jwk["alg"] = json!(format!("{algorithm:?}"));
        (jwk, format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature)))
    }

    fn ec(curve: &str, algorithm: JwtAlgorithm, scheme: &'static EcdsaSigningAlgorithm) -> (Value, String) {
        let pair = EcdsaKeyPair::generate(scheme).unwrap();
        let message = message(algorithm);
        let signature = pair.sign(&SystemRandom::new(), message.as_bytes()).unwrap();
        let point = &pair.public_key().as_ref()[1..];
        let [x, y] =
            [0, 1].map(|half| URL_SAFE_NO_PAD.encode(point.chunks(point.len() / 2).nth(half).unwrap()));
        let jwk = json!({ "kid": "k", "kty": "EC", "crv": curve, "x": x, "y": y });
        (jwk, format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature)))
    }

    #[test]
    fn every_algorithm_with_a_public_key_is_verified_by_its_own_key_alone() {
        crypto::install();
        let [key, other] = [SigningKey::generate().unwrap(), SigningKey::generate().unwrap()];
        let rows = |key| {
            [
                (JwtAlgorithm::RS256, rsa(key, JwtAlgorithm::RS256, &RSA_PKCS1_SHA256)),
                (JwtAlgorithm::RS384, rsa(key, JwtAlgorithm::RS384, &RSA_PKCS1_SHA384)),
                (JwtAlgorithm::RS512, rsa(key, JwtAlgorithm::RS512, &RSA_PKCS1_SHA512)),
                (JwtAlgorithm::PS256, rsa(key, JwtAlgorithm::PS256, &RSA_PSS_SHA256)),
                (JwtAlgorithm::PS384, rsa(key, JwtAlgorithm::PS384, &RSA_PSS_SHA384)),
                (JwtAlgorithm::PS512, rsa(key, JwtAlgorithm::PS512, &RSA_PSS_SHA512)),
                (JwtAlgorithm::ES256, ec("P-256", JwtAlgorithm::ES256, &ECDSA_P256_SHA256_FIXED_SIGNING)),
                (JwtAlgorithm::ES384, ec("P-384", JwtAlgorithm::ES384, &ECDSA_P384_SHA384_FIXED_SIGNING)),
            ]
        };
        for ((algorithm, (jwk, token)), (_, (others, _))) in rows(&key).into_iter().zip(rows(&other)) {
            let verified = |jwk: &Value| {
                let keys = KeySet::new(&json!({ "keys": [jwk] }), &ALL);
                claims(&token, algorithm, keys.find("k", algorithm).unwrap())
                    .map(|claims| claims["sub"].clone())
            };
            assert_eq!(verified(&jwk), Ok(json!("ana")), "{algorithm:?}");
            assert_eq!(verified(&others), Err(Denial::Signature), "{algorithm:?}");
        }
    }
}
