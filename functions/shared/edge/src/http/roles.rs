//! Whether a token grants a role: what the authorizer tells of `realm_access`, made exact by the token.
//!
//! API Gateway hands claims on as texts, and a list as Go prints it: `map[roles:[admin user]]` is what
//! two roles give, and what the one role `admin user` gives. Where the text leaves a doubt, the list is
//! read from the token itself: the authorizer has verified it, and it came in the same request. The text
//! must agree all the same, and without a token a doubt is a no.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::HeaderMap;
use http::header::AUTHORIZATION;
use serde::Deserialize;

/// Keycloak's claim of a realm's roles.
#[derive(Debug, Default, Deserialize)]
struct RealmAccess {
    #[serde(default)]
    roles: Vec<String>,
}

/// What a text says about a role.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Said {
    Granted,
    NotGranted,
    /// Of several readings some grant it.
    InDoubt,
}

/// Whether the text of `realm_access` grants `role`; `token` is the request's own.
pub(super) fn grants(role: &str, realm_access: &str, token: Option<&TokenClaims>) -> bool {
    let by_token = |token: &TokenClaims| token.realm_access.roles.iter().any(|own| own == role);
    match said(role, realm_access) {
        Said::Granted => token.is_none_or(by_token),
        Said::InDoubt => token.is_some_and(by_token),
        Said::NotGranted => false,
    }
}

/// JSON is exact. What Go prints is exact for a list of one word and nothing beside it: a blank may
/// separate roles or stand in one, and a bracket may end the list or stand in a role.
fn said(role: &str, realm_access: &str) -> Said {
    if let Ok(read) = serde_json::from_str::<RealmAccess>(realm_access) {
        let granted = read.roles.iter().any(|own| own == role);
        return if granted { Said::Granted } else { Said::NotGranted };
    }
    let Some(members) = realm_access.strip_prefix("map[").and_then(|text| text.strip_suffix(']')) else {
        return Said::NotGranted;
    };
    if members == format!("roles:[{role}]") {
        return Said::Granted;
    }
    let is_word = members.split([' ', '[', ']', ':']).any(|word| word == role);
    if is_word { Said::InDoubt } else { Said::NotGranted }
}

/// What is read of the request's own token.
#[derive(Debug, Default, Deserialize)]
pub(super) struct TokenClaims {
    sub: String,
    #[serde(default)]
    realm_access: RealmAccess,
}

impl TokenClaims {
    /// The claims of the token in `authorization`, which the authorizer has verified: they are only read
    /// here. A token that cannot be read, or is not `subject`'s, grants nothing; `None` where there is none.
    pub(super) fn of(headers: &HeaderMap, subject: &str) -> Option<Self> {
        let mut values = headers.get_all(AUTHORIZATION).iter();
        let value = values.next()?;
        let only = if values.next().is_none() { value.to_str().ok() } else { None };
        let claims = only.and_then(Self::read).filter(|claims| claims.sub == subject);
        Some(claims.unwrap_or_default())
    }

    fn read(value: &str) -> Option<Self> {
        let (scheme, token) = value.split_once(' ').unwrap_or(("Bearer", value));
        let parts: Vec<&str> = token.split('.').collect();
        let [_, claims, _] = parts[..] else { return None };
        let claims = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).ok()?).ok()?;
        scheme.eq_ignore_ascii_case("Bearer").then_some(claims)
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;
    use serde_json::{Value, json};

    use super::*;

    fn headers(claims: &Value) -> HeaderMap {
        let token = format!("Bearer e30.{}.c2ln", URL_SAFE_NO_PAD.encode(claims.to_string()));
        HeaderMap::from_iter([(AUTHORIZATION, HeaderValue::from_str(&token).unwrap())])
    }

    fn roles(roles: &Value) -> TokenClaims {
        let claims = json!({ "sub": "ana", "realm_access": { "roles": roles } });
        TokenClaims::of(&headers(&claims), "ana").unwrap()
    }

    #[test]
    fn without_a_token_only_a_text_that_has_one_reading_grants() {
        for (text, granted) in [
            (r#"{"roles":["user","admin"]}"#, true),
            (r#"{"roles":["not admin"]}"#, false),
            (r#"{"roles":["administrator"]}"#, false),
            (r#"{"other":{"roles":["admin"]}}"#, false),
            (r#"{"groups":["admin"]}"#, false),
            (r#"{"roles":"admin"}"#, false),
            ("map[roles:[admin]]", true),
            ("map[roles:[user]]", false),
            // Two roles, or one with a blank in it.
            ("map[roles:[admin user]]", false),
            ("map[roles:[not admin]]", false),
            // Another member, or a role with a bracket in it.
            ("map[roles:[admin] verify_caller:true]", false),
            ("map[roles:[] x:[admin]]", false),
            ("map[groups:[admin] roles:[user]]", false),
            ("map[aroles:[admin]]", false),
            ("map[roles:admin]", false),
            ("map[roles:[Admin]]", false),
            ("admin", false),
            ("[admin]", false),
            ("", false),
        ] {
            assert_eq!(grants("admin", text, None), granted, "{text}");
        }
    }

    #[test]
    fn what_the_text_leaves_in_doubt_the_token_decides() {
        for (text, listed, granted) in [
            ("map[roles:[not admin]]", json!(["not admin"]), false),
            ("map[roles:[not admin]]", json!(["not", "admin"]), true),
            ("map[roles:[admin user]]", json!(["admin user"]), false),
            ("map[roles:[default-roles-shop admin]]", json!(["default-roles-shop", "admin"]), true),
            ("map[roles:[admin] verify_caller:true]", json!(["admin"]), true),
            ("map[roles:[admin] x]]", json!(["admin] x"]), false),
            // A text that has one reading must be the token's too.
            (r#"{"roles":["admin"]}"#, json!(["admin"]), true),
            ("map[roles:[admin]]", json!(["user"]), false),
            (r#"{"roles":["admin"]}"#, json!(["user"]), false),
            ("map[roles:[user]]", json!(["admin"]), false),
        ] {
            assert_eq!(grants("admin", text, Some(&roles(&listed))), granted, "{text} {listed}");
        }
    }

    #[test]
    fn a_token_is_read_only_if_it_is_the_callers_and_the_only_one() {
        let claims = json!({ "sub": "ana", "realm_access": { "roles": ["not", "admin"] } });
        let ours = headers(&claims);
        let twice = ours.iter().chain(&ours).map(|(name, value)| (name.clone(), value.clone())).collect();
        let with =
            |value: &str| HeaderMap::from_iter([(AUTHORIZATION, HeaderValue::from_str(value).unwrap())]);
        let token = ours[AUTHORIZATION].to_str().unwrap().trim_start_matches("Bearer ");
        for (headers, subject, granted) in [
            (ours.clone(), "ana", true),
            (with(token), "ana", true),
            (with(&format!("bearer {token}")), "ana", true),
            (ours.clone(), "bia", false),
            (twice, "ana", false),
            (with(&format!("Bearer {token},Bearer {token}")), "ana", false),
            (with(&format!("Basic {token}")), "ana", false),
            (with("Bearer e30.e30.c2ln"), "ana", false),
            (with("Bearer e30.%.c2ln"), "ana", false),
            (with("Bearer"), "ana", false),
        ] {
            let claims = TokenClaims::of(&headers, subject);
            for text in ["map[roles:[not admin]]", "map[roles:[admin]]"] {
                assert_eq!(grants("admin", text, claims.as_ref()), granted, "{text} {headers:?} {subject}");
            }
        }
        assert!(TokenClaims::of(&HeaderMap::new(), "ana").is_none());
    }
}
