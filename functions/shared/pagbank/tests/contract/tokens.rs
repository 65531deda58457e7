//! A token that is a secret's: read, kept, and changed while the gateway runs.

use aws_credential_types::Credentials;
use gateway_conformance::aws::StandIn;
use gateway_domain::PaymentId;
use gateway_pagbank::{PagBank, PagBankConfig, Token};
use gateway_ports::provider::PaymentProvider as _;
use gateway_secrets::{Kept, Manager, SecretConfig};
use psp_simulator::{Options, Running};
use serde_json::{Value, json};

use crate::world::{amount, card, charge_with, inquiry_words, words};

const ARN: &str = "arn:aws:secretsmanager:sa-east-1:123456789012:secret:psp-AbCdEf";

fn secret(token: &str) -> (u16, Value) {
    (200, json!({ "SecretString": json!({ "token": token }).to_string() }))
}

async fn secrets(answers: Vec<(u16, Value)>) -> StandIn {
    StandIn::start("secretsmanager", "sa-east-1", "secret", answers).await
}

fn pagbank(psp: &Running, secrets: &StandIn) -> PagBank {
    let config = SecretConfig {
        arn: ARN.to_owned(),
        region: "sa-east-1".to_owned(),
        credentials: Credentials::new("AKID", "secret", None, None, "test"),
        endpoint: secrets.url("/"),
    };
    PagBank::new(PagBankConfig {
        base_url: psp.url(),
        token: Token::Secret(Box::new(Kept::new(Manager::new(config).unwrap(), "token"))),
        timeout_ms: 8_000,
        notification_url: None,
    })
    .unwrap()
}

async fn psp() -> (Running, String) {
    let options = Options::default();
    let token = options.token.clone();
    (Running::start(options).await.unwrap(), token)
}

/// Long enough for the secret to be read again when its value is refused.
async fn let_the_value_grow_old() {
    tokio::time::pause();
    tokio::time::advance(gateway_secrets::ASK_AGAIN_AFTER).await;
    tokio::time::resume();
}

#[tokio::test]
async fn the_token_is_read_once_for_many_charges() {
    let (psp, token) = psp().await;
    let secrets = secrets(vec![secret(&token)]).await;
    let pagbank = pagbank(&psp, &secrets);
    pagbank.prepare().await;
    for number in 1..=5 {
        assert_eq!(words(&charge_with(&pagbank, number, &card("approve")).await), "AUTHORIZED");
    }
    assert_eq!(secrets.requests().len(), 1);
}

#[tokio::test]
async fn a_token_that_is_refused_is_read_again_and_the_charge_is_made_once() {
    let (psp, token) = psp().await;
    let secrets = secrets(vec![secret("of-yesterday"), secret(&token)]).await;
    let pagbank = pagbank(&psp, &secrets);
    pagbank.prepare().await;
    // Just read: refused for another reason, as far as can be told.
    assert_eq!(words(&charge_with(&pagbank, 1, &card("approve")).await), "NOT_CHARGED http_401");
    let_the_value_grow_old().await;
    assert_eq!(words(&charge_with(&pagbank, 1, &card("approve")).await), "AUTHORIZED");
    assert_eq!(secrets.requests().len(), 2);
    let found = pagbank.find_by_payment(PaymentId::from_u128(1), amount()).await;
    assert_eq!(inquiry_words(&found), "AUTHORIZED");
}

#[tokio::test]
async fn without_a_token_nothing_is_sent() {
    let (psp, _) = psp().await;
    let secrets = secrets(vec![(400, json!({ "__type": "AccessDeniedException" }))]).await;
    let pagbank = pagbank(&psp, &secrets);
    assert_eq!(words(&charge_with(&pagbank, 1, &card("approve")).await), "NOT_CHARGED not_connected");
    let asked = pagbank.find_by_payment(PaymentId::from_u128(1), amount()).await;
    assert!(inquiry_words(&asked).contains("AccessDeniedException"), "{asked:?}");
    assert!(pagbank.is_authentic(b"{}", "signature").await.is_err());
}

#[tokio::test]
async fn a_webhook_signed_with_the_next_token_is_authentic_before_we_have_heard_of_it() {
    let (psp, _) = psp().await;
    let secrets = secrets(vec![secret("old"), secret("new")]).await;
    let pagbank = pagbank(&psp, &secrets);
    let signature = sha256_of("new-{}");
    assert!(!pagbank.is_authentic(b"{}", &signature).await.unwrap());
    let_the_value_grow_old().await;
    assert!(pagbank.is_authentic(b"{}", &signature).await.unwrap());
    assert_eq!(secrets.requests().len(), 2);
}

fn sha256_of(text: &str) -> String {
    use sha2::Digest as _;
    sha2::Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect()
}
