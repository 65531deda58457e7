//! A key that signs tokens: RSA with 2,048 bits, for RS256.

use std::fmt;

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::encoding::AsDer as _;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value, json};

use crate::public_key;

/// A signing key with its name.
pub struct SigningKey {
    pair: KeyPair,
    kid: String,
    modulus: String,
    exponent: String,
}

/// A key cannot be made, read or used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the RSA key cannot be {0}")]
pub struct KeyError(&'static str);

impl SigningKey {
    /// A new key.
    ///
    /// # Errors
    /// When there is no randomness.
    pub fn generate() -> Result<Self, KeyError> {
        Self::new(KeyPair::generate(KeySize::Rsa2048).map_err(|_| KeyError("made"))?)
    }

    /// The key that [`SigningKey::to_der`] gave.
    ///
    /// # Errors
    /// When it is none.
    pub fn from_der(pkcs8: &[u8]) -> Result<Self, KeyError> {
        Self::new(KeyPair::from_pkcs8(pkcs8).map_err(|_| KeyError("read"))?)
    }

    /// The key as PKCS #8.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn to_der(&self) -> Result<Vec<u8>, KeyError> {
        Ok(self.pair.as_der().map_err(|_| KeyError("written"))?.as_ref().to_vec())
    }

    fn new(pair: KeyPair) -> Result<Self, KeyError> {
        let (modulus, exponent) = public_key::parts(pair.public_key().as_ref()).ok_or(KeyError("read"))?;
        let [modulus, exponent] = [modulus, exponent].map(|part| URL_SAFE_NO_PAD.encode(part));
        // RFC 7638: the thumbprint names the key by what it is.
        let canonical = format!(r#"{{"e":"{exponent}","kty":"RSA","n":"{modulus}"}}"#);
        let kid = URL_SAFE_NO_PAD.encode(digest(&SHA256, canonical.as_bytes()));
        Ok(Self { pair, kid, modulus, exponent })
    }

    /// Its name in tokens and in the key set.
    #[must_use]
    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// The public key as a member of a JSON Web Key Set.
    #[must_use]
    pub fn jwk(&self) -> Value {
        json!({ "kid": self.kid, "kty": "RSA", "alg": "RS256", "use": "sig", "n": self.modulus, "e": self.exponent })
    }

    /// A token with these claims.
    ///
    /// # Errors
    /// When it cannot be signed.
    pub fn sign(&self, claims: &Map<String, Value>) -> Result<String, KeyError> {
        let header = json!({ "alg": "RS256", "typ": "JWT", "kid": self.kid });
        let part = |json: String| URL_SAFE_NO_PAD.encode(json);
        let message = format!("{}.{}", part(header.to_string()), part(json!(claims).to_string()));
        let mut signature = vec![0; self.pair.public_modulus_len()];
        self.pair
            .sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message.as_bytes(), &mut signature)
            .map_err(|_| KeyError("used"))?;
        Ok(format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature)))
    }
}

/// Tells its name, never the key.
impl fmt::Debug for SigningKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("SigningKey").field(&self.kid).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_lc_rs::signature::{RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents};

    #[test]
    fn a_key_comes_back_from_its_file_with_its_name() {
        let key = SigningKey::generate().unwrap();
        let read = SigningKey::from_der(&key.to_der().unwrap()).unwrap();
        assert_eq!((read.kid(), read.jwk()), (key.kid(), key.jwk()));
        assert!(SigningKey::from_der(b"no key").is_err());
    }

    #[test]
    fn the_published_key_verifies_what_was_signed() {
        let key = SigningKey::generate().unwrap();
        let claims = json!({ "sub": "ana" });
        let token = key.sign(claims.as_object().unwrap()).unwrap();
        let (message, signature) = token.rsplit_once('.').unwrap();
        let jwk = key.jwk();
        let part = |name: &str| URL_SAFE_NO_PAD.decode(jwk[name].as_str().unwrap()).unwrap();
        let public = RsaPublicKeyComponents { n: part("n"), e: part("e") };
        let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
        assert!(public.verify(&RSA_PKCS1_2048_8192_SHA256, message.as_bytes(), &signature).is_ok());
    }
}
