//! The rules for a token's claims, apart from who signed it.

use serde_json::{Map, Value};

use super::Denial;
use crate::template::JwtAuthorizer;

/// The seconds of the epoch between which a token is good.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Life {
    starts: f64,
    ends: f64,
}

impl Life {
    /// Whether it is good now. There is no leeway: AWS names none.
    pub(super) fn check(self, now_s: f64) -> Result<(), Denial> {
        if now_s >= self.ends {
            return Err(Denial::Expired);
        }
        if now_s < self.starts { Err(Denial::NotYet) } else { Ok(()) }
    }
}

/// Checks issuer and audience, and reads when the token is good.
pub(super) fn check(claims: &Map<String, Value>, authorizer: &JwtAuthorizer) -> Result<Life, Denial> {
    if claims.get("iss").and_then(Value::as_str) != Some(&authorizer.issuer) {
        return Err(Denial::WrongIssuer);
    }
    // `client_id` counts only where there is no `aud` at all, as in Cognito's access tokens.
    let audience = claims.get("aud").or_else(|| claims.get("client_id"));
    if !audience
        .is_some_and(|audience| texts(audience).any(|one| authorizer.audience.iter().any(|it| it == one)))
    {
        return Err(Denial::WrongAudience);
    }
    let starts = time(claims, "nbf")?.unwrap_or(0.0).max(time(claims, "iat")?.unwrap_or(0.0));
    // AWS does not say what a token without end is; one that could never be got rid of is refused.
    Ok(Life { starts, ends: time(claims, "exp")?.ok_or(Denial::Expired)? })
}

/// `scp` or `scope`: a list, or a text of several.
pub(super) fn scopes(claims: &Map<String, Value>) -> Vec<String> {
    let scopes = claims.get("scp").or_else(|| claims.get("scope"));
    scopes.into_iter().flat_map(texts).flat_map(str::split_ascii_whitespace).map(str::to_owned).collect()
}

/// A text, or each text of a list.
fn texts(value: &Value) -> impl Iterator<Item = &str> {
    let one = value.as_str().into_iter();
    one.chain(value.as_array().into_iter().flatten().filter_map(Value::as_str))
}

/// Seconds, maybe with a fraction (RFC 7519, NumericDate).
fn time(claims: &Map<String, Value>, name: &str) -> Result<Option<f64>, Denial> {
    match claims.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => value.as_f64().map(Some).ok_or(Denial::Unreadable),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const NOW_S: f64 = 1_000.0;

    fn judged(claims: Value) -> Result<(), Denial> {
        let authorizer = JwtAuthorizer {
            issuer: "https://id/realm".to_owned(),
            audience: vec!["shop".to_owned(), "admin".to_owned()],
            identity_source: String::new(),
            scopes: Vec::new(),
        };
        let mut all = json!({ "iss": "https://id/realm", "aud": "shop", "exp": 2_000 });
        let all = all.as_object_mut().unwrap();
        all.extend(claims.as_object().unwrap().clone());
        // A row says by null that a claim is missing.
        all.retain(|_, value| !value.is_null());
        check(all, &authorizer).and_then(|life| life.check(NOW_S))
    }

    #[test]
    fn claims_are_judged_as_aws_documents() {
        for (claims, expected) in [
            (json!({}), Ok(())),
            (json!({ "iss": "https://id/realm/" }), Err(Denial::WrongIssuer)),
            (json!({ "iss": null }), Err(Denial::WrongIssuer)),
            (json!({ "iss": ["https://id/realm"] }), Err(Denial::WrongIssuer)),
            (json!({ "aud": ["other", "admin"] }), Ok(())),
            (json!({ "aud": ["other"] }), Err(Denial::WrongAudience)),
            (json!({ "aud": [] }), Err(Denial::WrongAudience)),
            (json!({ "aud": null }), Err(Denial::WrongAudience)),
            (json!({ "aud": null, "client_id": "shop" }), Ok(())),
            (json!({ "aud": null, "client_id": "other" }), Err(Denial::WrongAudience)),
            (json!({ "aud": "other", "client_id": "shop" }), Err(Denial::WrongAudience)),
            (json!({ "exp": 1_000 }), Err(Denial::Expired)),
            (json!({ "exp": 1_000.5 }), Ok(())),
            (json!({ "exp": null }), Err(Denial::Expired)),
            (json!({ "exp": "2000" }), Err(Denial::Unreadable)),
            (json!({ "nbf": 1_001 }), Err(Denial::NotYet)),
            (json!({ "nbf": 1_000 }), Ok(())),
            (json!({ "iat": 1_001 }), Err(Denial::NotYet)),
            (json!({ "iat": 900, "nbf": 950 }), Ok(())),
        ] {
            assert_eq!(judged(claims.clone()), expected, "{claims}");
        }
    }

    #[test]
    fn scopes_are_a_list_or_a_text_of_several() {
        for (claims, expected) in [
            (json!({ "scope": "read write" }), &["read", "write"][..]),
            (json!({ "scp": ["read", "write"] }), &["read", "write"]),
            (json!({ "scp": "read", "scope": "write" }), &["read"]),
            (json!({ "scope": "" }), &[]),
            (json!({}), &[]),
            (json!({ "scope": 1 }), &[]),
        ] {
            assert_eq!(scopes(claims.as_object().unwrap()), expected, "{claims}");
        }
    }
}
