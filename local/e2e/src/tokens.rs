//! Tokens of every kind, good and bad.

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use harness::Endpoints;
use serde_json::{Value, json};

/// A token that the issuer signs as it is asked to.
pub async fn issued(endpoints: &Endpoints, request: Value) -> String {
    let url = format!("{}/_issuer/tokens", endpoints.issuer);
    let answer = reqwest::Client::new().post(url).json(&request).send().await.unwrap();
    let answer: Value = answer.error_for_status().unwrap().json().await.unwrap();
    answer["access_token"].as_str().unwrap().to_owned()
}

/// The issuer's public key that a token was signed with, as it is published.
pub async fn public_key(token: &str) -> Value {
    let (header, claims) = (part(token, 0), part(token, 1));
    let issuer = claims["iss"].as_str().unwrap();
    let url = format!("{issuer}/protocol/openid-connect/certs");
    let published: Value = reqwest::get(url).await.unwrap().json().await.unwrap();
    let keys = published["keys"].as_array().unwrap();
    keys.iter().find(|key| key["kid"] == header["kid"]).unwrap().clone()
}

/// The same claims without a signature, as `alg: none` would have it.
pub fn unsigned(token: &str) -> String {
    let header = json!({ "alg": "none", "typ": "JWT", "kid": part(token, 0)["kid"] });
    format!("{}.{}.", encoded(&header), token.split('.').nth(1).unwrap())
}

/// The same claims signed with a shared secret: what everybody knows, the public key.
pub fn signed_with_secret(token: &str, secret: &[u8]) -> String {
    let header = json!({ "alg": "HS256", "typ": "JWT", "kid": part(token, 0)["kid"] });
    let message = format!("{}.{}", encoded(&header), token.split('.').nth(1).unwrap());
    let signature = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret), message.as_bytes());
    format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
}

/// Another's claims under this token's signature.
pub fn with_claims_of(token: &str, other: &str) -> String {
    let (parts, others): (Vec<_>, Vec<_>) = (token.split('.').collect(), other.split('.').collect());
    format!("{}.{}.{}", parts[0], others[1], parts[2])
}

fn part(token: &str, number: usize) -> Value {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(token.split('.').nth(number).unwrap()).unwrap()).unwrap()
}

fn encoded(json: &Value) -> String {
    URL_SAFE_NO_PAD.encode(json.to_string())
}
