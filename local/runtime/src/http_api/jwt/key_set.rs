//! The keys that an issuer publishes, as far as tokens can be verified with them.

use std::collections::HashMap;

use jsonwebtoken::DecodingKey;
use jsonwebtoken::jwk::Jwk;
use serde_json::Value;

use super::Denial;
use super::algorithms::JwtAlgorithm;

/// Keys by `kid`, each with the algorithms it may be used with.
#[derive(Debug, Default)]
pub(super) struct KeySet {
    keys: HashMap<String, PublicKey>,
}

#[derive(Debug)]
struct PublicKey {
    algorithms: Vec<JwtAlgorithm>,
    key: DecodingKey,
}

impl KeySet {
    /// The usable keys of a JSON Web Key Set. Others are passed over: an issuer also publishes keys
    /// for encryption, and kinds that are not known here.
    pub(super) fn new(published: &Value, allowed: &[JwtAlgorithm]) -> Self {
        let keys = published["keys"].as_array().map(Vec::as_slice).unwrap_or_default();
        let usable = |key: &Value| {
            let jwk: Jwk = serde_json::from_value(key.clone()).ok()?;
            let algorithms: Vec<_> = allowed.iter().copied().filter(|one| one.takes(&jwk)).collect();
            let key = DecodingKey::from_jwk(&jwk).ok().filter(|_| !algorithms.is_empty())?;
            Some((jwk.common.key_id?, PublicKey { algorithms, key }))
        };
        Self { keys: keys.iter().filter_map(usable).collect() }
    }

    pub(super) fn has(&self, kid: &str) -> bool {
        self.keys.contains_key(kid)
    }

    /// The key of that name, if it is one for that algorithm.
    pub(super) fn find(&self, kid: &str, algorithm: JwtAlgorithm) -> Result<&DecodingKey, Denial> {
        let public = self.keys.get(kid).ok_or(Denial::Key)?;
        if public.algorithms.contains(&algorithm) { Ok(&public.key) } else { Err(Denial::Algorithm) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_key_is_used_for_its_own_kind_of_signature_only() {
        let rsa = |more: Value| {
            let mut key = json!({ "kid": "k", "kty": "RSA", "n": "AQAB", "e": "AQAB" });
            key.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            json!({ "keys": [key] })
        };
        let ec = json!({ "keys": [{ "kid": "k", "kty": "EC", "crv": "P-256", "x": "AQAB", "y": "AQAB" }] });
        let secret = json!({ "keys": [{ "kid": "k", "kty": "oct", "k": "AQAB" }] });
        let both = [JwtAlgorithm::RS256, JwtAlgorithm::RS512, JwtAlgorithm::ES256];
        for (published, algorithm, expected) in [
            (rsa(json!({})), JwtAlgorithm::RS256, Ok(())),
            (rsa(json!({})), JwtAlgorithm::RS512, Ok(())),
            (rsa(json!({})), JwtAlgorithm::RS384, Err(Denial::Algorithm)),
            (rsa(json!({ "alg": "RS256" })), JwtAlgorithm::RS256, Ok(())),
            (rsa(json!({ "alg": "RS256" })), JwtAlgorithm::RS512, Err(Denial::Algorithm)),
            (rsa(json!({ "use": "sig" })), JwtAlgorithm::RS256, Ok(())),
            (rsa(json!({ "use": "enc", "alg": "RSA-OAEP" })), JwtAlgorithm::RS256, Err(Denial::Key)),
            (rsa(json!({ "kid": "other" })), JwtAlgorithm::RS256, Err(Denial::Key)),
            (ec.clone(), JwtAlgorithm::ES256, Ok(())),
            (ec, JwtAlgorithm::RS256, Err(Denial::Algorithm)),
            (secret, JwtAlgorithm::RS256, Err(Denial::Key)),
            (json!({ "keys": [{ "kid": "k", "kty": "AKP" }] }), JwtAlgorithm::RS256, Err(Denial::Key)),
            (json!({}), JwtAlgorithm::RS256, Err(Denial::Key)),
        ] {
            let found = KeySet::new(&published, &both).find("k", algorithm).map(|_| ());
            assert_eq!(found, expected, "{published} {algorithm:?}");
        }
    }
}
