//! What a token says: a Keycloak realm's access token, as far as anybody here reads it.

use serde::Deserialize;
use serde_json::{Map, Value, json};

/// How long a token is good unless its request says otherwise, in seconds.
const LIFE_S: i64 = 3_600;

/// Who wants a token, and of what kind.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TokenRequest {
    /// `sub`.
    pub user: String,
    /// `realm_access.roles`.
    #[serde(default)]
    pub roles: Vec<String>,
    /// How long it is good, in seconds; below zero it has expired already.
    #[serde(default = "life")]
    pub expires_in_s: i64,
    /// Laid over the other claims, so that every kind of wrong token can be had; null leaves one out.
    #[serde(default)]
    pub claims: Map<String, Value>,
}

/// What every token of an issuer says.
#[derive(Debug, Clone)]
pub(crate) struct Realm {
    /// `iss`.
    pub(crate) issuer: String,
    /// `aud`.
    pub(crate) audience: String,
}

impl TokenRequest {
    /// The claims of the token, in a realm, at a time, under an id of its own.
    pub(crate) fn to_claims(&self, realm: &Realm, now_s: i64, token_id: &str) -> Map<String, Value> {
        let expires_at = now_s.saturating_add(self.expires_in_s);
        let mut claims = Map::new();
        for (name, value) in [
            ("exp", json!(expires_at)),
            // Of a token that has expired too: it was issued before.
            ("iat", json!(now_s.min(expires_at))),
            ("jti", json!(token_id)),
            ("iss", json!(realm.issuer)),
            ("aud", json!(realm.audience)),
            ("sub", json!(self.user)),
            ("typ", json!("Bearer")),
            ("azp", json!("development")),
            ("scope", json!("openid profile")),
            ("realm_access", json!({ "roles": self.roles })),
            ("preferred_username", json!(self.user)),
        ] {
            claims.insert(name.to_owned(), value);
        }
        claims.extend(self.claims.clone());
        claims.retain(|_, value| !value.is_null());
        claims
    }
}

const fn life() -> i64 {
    LIFE_S
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_say_what_differs_from_an_ordinary_token() {
        let realm = Realm { issuer: "http://id/realms/r".to_owned(), audience: "api".to_owned() };
        for (request, name, expected) in [
            (json!({ "user": "ana" }), "sub", json!("ana")),
            (json!({ "user": "ana" }), "exp", json!(4_600)),
            (json!({ "user": "ana", "expires_in_s": -60 }), "exp", json!(940)),
            (json!({ "user": "ana", "expires_in_s": -60 }), "iat", json!(940)),
            (json!({ "user": "ana", "roles": ["admin"] }), "realm_access", json!({ "roles": ["admin"] })),
            (json!({ "user": "ana", "claims": { "aud": "other" } }), "aud", json!("other")),
            (json!({ "user": "ana", "claims": { "aud": null } }), "aud", Value::Null),
        ] {
            let read: TokenRequest = serde_json::from_value(request.clone()).unwrap();
            let claims = read.to_claims(&realm, 1_000, "1");
            assert_eq!(claims.get(name).unwrap_or(&Value::Null), &expected, "{request}");
        }
        assert!(serde_json::from_value::<TokenRequest>(json!({ "user": "ana", "role": "admin" })).is_err());
    }
}
