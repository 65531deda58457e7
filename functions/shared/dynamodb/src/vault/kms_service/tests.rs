//! What goes to KMS and what comes back, by a listener that answers once.

use aws_credential_types::Credentials;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

use super::{KeyService as _, KmsService};
use crate::config::AwsEnvironment;

const KEY: &str = "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=";

/// A KMS that answers one request with this status and body, and tells what was asked.
async fn kms(status: u16, body: Value) -> (KmsService, JoinHandle<(String, Value)>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let aws = AwsEnvironment {
        region: "sa-east-1".into(),
        credentials: Credentials::from_keys("id", "secret", None),
        dynamodb_endpoint: None,
        kms_endpoint: Some(format!("http://{}", listener.local_addr().unwrap())),
    };
    let asked = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let asked = read_request(&mut stream).await;
        let body = body.to_string();
        let head =
            format!("HTTP/1.1 {status} X\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", body.len());
        stream.write_all((head + &body).as_bytes()).await.unwrap();
        asked
    });
    (KmsService::new(crate::kms_client(&aws), "alias/vault".into()), asked)
}

/// The operation's name and the body.
async fn read_request(stream: &mut TcpStream) -> (String, Value) {
    let mut request = Vec::new();
    loop {
        stream.read_buf(&mut request).await.unwrap();
        let text = String::from_utf8_lossy(&request);
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        if let Ok(body) = serde_json::from_str(body) {
            let target = head.lines().find_map(|line| line.strip_prefix("x-amz-target: "));
            return (target.unwrap_or_default().to_owned(), body);
        }
    }
}

#[tokio::test]
async fn a_key_is_generated_under_the_configured_key_for_this_purpose() {
    let (service, asked) = kms(200, json!({ "CiphertextBlob": "AQID", "Plaintext": KEY })).await;
    let generated = service.generate().await.ok().unwrap();
    assert_eq!((*generated.plaintext, generated.wrapped), ([7; 32], vec![1, 2, 3]));
    let (target, body) = asked.await.unwrap();
    assert_eq!(target, "TrentService.GenerateDataKey");
    let context = json!({ "purpose": "payment-gateway-card-vault" });
    assert_eq!(body, json!({ "KeyId": "alias/vault", "KeySpec": "AES_256", "EncryptionContext": context }));
}

#[tokio::test]
async fn a_key_is_unwrapped_for_the_same_purpose() {
    let (service, asked) = kms(200, json!({ "Plaintext": KEY })).await;
    assert_eq!(*service.unwrap_key(&[1, 2, 3]).await.ok().unwrap(), [7; 32]);
    let (target, body) = asked.await.unwrap();
    assert_eq!(target, "TrentService.Decrypt");
    assert_eq!(body["CiphertextBlob"], "AQID");
    assert_eq!(body["EncryptionContext"], json!({ "purpose": "payment-gateway-card-vault" }));
}

#[tokio::test]
async fn refusals_and_short_keys_are_permanent() {
    for (status, body) in
        [(400, json!({ "__type": "AccessDeniedException" })), (200, json!({ "Plaintext": "AQID" }))]
    {
        let (service, _asked) = kms(status, body).await;
        assert!(service.unwrap_key(&[1]).await.is_err_and(|error| !error.is_transient()), "{status}");
    }
}
