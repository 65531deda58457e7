//! The issuer as its readers see it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests fail by panicking")]

use reqwest::Client;
use serde_json::{Value, json};
use token_issuer::{Keyring, Options, Running};

async fn get(url: &str) -> Value {
    Client::builder().no_proxy().build().unwrap().get(url).send().await.unwrap().json().await.unwrap()
}

async fn post(url: &str, body: &Value) -> Value {
    let client = Client::builder().no_proxy().build().unwrap();
    client.post(url).json(body).send().await.unwrap().json().await.unwrap()
}

fn names(key_set: &Value) -> Vec<&str> {
    key_set["keys"].as_array().unwrap().iter().map(|key| key["kid"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn the_discovery_document_leads_to_the_keys_of_the_tokens() {
    let running = Running::start(Options::default()).await.unwrap();
    let discovery = get(&format!("{}/.well-known/openid-configuration", running.issuer)).await;
    assert_eq!(discovery["issuer"], running.issuer.as_str());
    let key_set = get(discovery["jwks_uri"].as_str().unwrap()).await;
    assert_eq!(names(&key_set).len(), 1);
    let url = format!("http://{}/_issuer/tokens", running.address);
    let answer = post(&url, &json!({ "user": "ana", "roles": ["admin"] })).await;
    assert_eq!(answer["access_token"].as_str().unwrap().split('.').count(), 3);
    running.stop().await.unwrap();
}

#[tokio::test]
async fn a_rotated_key_is_published_with_the_one_before_it_alone() {
    let running = Running::start(Options::default()).await.unwrap();
    let keys = format!("{}/protocol/openid-connect/certs", running.issuer);
    let mut signed_by = vec![names(&get(&keys).await)[0].to_owned()];
    for _ in 0..2 {
        let rotated = post(&format!("http://{}/_issuer/rotate", running.address), &Value::Null).await;
        signed_by.push(rotated["kid"].as_str().unwrap().to_owned());
    }
    assert_eq!(names(&get(&keys).await), [&signed_by[2], &signed_by[1]]);
    running.stop().await.unwrap();
}

#[test]
fn keys_outlive_the_process_and_are_the_owners_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = std::env::temp_dir().join(format!("token-issuer-{}", std::process::id()));
    let mut keys = Keyring::open(Some(folder.clone())).unwrap();
    keys.rotate().unwrap();
    assert_eq!(Keyring::open(Some(folder.clone())).unwrap().jwks(), keys.jwks());
    for file in ["current.der", "previous.der"] {
        assert_eq!(std::fs::metadata(folder.join(file)).unwrap().permissions().mode() & 0o777, 0o600);
    }
    std::fs::remove_dir_all(folder).unwrap();
}
