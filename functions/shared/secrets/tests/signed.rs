//! What is sent to Secrets Manager, and what its answers come to, against a stand-in that checks signatures.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests fail by panicking")]

use aws_credential_types::Credentials;
use gateway_conformance::aws::StandIn;
use gateway_secrets::{FetchSecret as _, Kept, Manager, SecretConfig};
use serde_json::json;

const ARN: &str = "arn:aws:secretsmanager:sa-east-1:123456789012:secret:psp-AbCdEf";

fn manager(service: &StandIn, secret_key: &str) -> Manager {
    Manager::new(SecretConfig {
        arn: ARN.to_owned(),
        region: "sa-east-1".to_owned(),
        credentials: Credentials::new("AKID", secret_key, Some("session".to_owned()), None, "test"),
        endpoint: service.url("/"),
    })
    .unwrap()
}

async fn service(answers: Vec<(u16, serde_json::Value)>) -> StandIn {
    StandIn::start("secretsmanager", "sa-east-1", "secret", answers).await
}

fn secret(token: &str) -> (u16, serde_json::Value) {
    (200, json!({ "ARN": ARN, "SecretString": json!({ "token": token }).to_string() }))
}

#[tokio::test]
async fn a_secret_is_asked_for_by_its_arn_and_signed() {
    let service = service(vec![secret("abc")]).await;
    let text = manager(&service, "secret").fetch().await.ok().unwrap();
    assert_eq!(text.field("token").unwrap().as_str(), "abc");
    let asked = service.requests();
    assert_eq!(asked.len(), 1);
    assert_eq!(asked[0].verified, Ok(()));
    assert_eq!(asked[0].header("x-amz-target"), Some("secretsmanager.GetSecretValue"));
    assert_eq!(asked[0].header("content-type"), Some("application/x-amz-json-1.1"));
    assert_eq!(asked[0].header("x-amz-security-token"), Some("session"));
    assert_eq!(asked[0].body, json!({ "SecretId": ARN }).to_string());
}

#[tokio::test]
async fn a_wrong_signature_is_noticed_and_permanent() {
    let service = service(vec![secret("abc")]).await;
    let error = manager(&service, "another").fetch().await.err().unwrap();
    assert!(!error.is_transient() && error.message.contains("403"), "{error}");
    assert!(service.requests()[0].verified.is_err());
}

#[tokio::test]
async fn what_may_pass_is_tried_again_and_what_stays_is_said() {
    let away = (500, json!({ "__type": "InternalServiceError" }));
    let throttled = (400, json!({ "__type": "ThrottlingException" }));
    let denied = (400, json!({ "__type": "com.amazonaws#AccessDeniedException" }));
    let binary = (200, json!({ "SecretBinary": "AQID" }));
    for (answers, expected, tries) in [
        (vec![away.clone(), secret("abc")], Ok("abc"), 2),
        (vec![throttled, secret("abc")], Ok("abc"), 2),
        (vec![away.clone(), away], Err("InternalServiceError"), 2),
        (vec![denied], Err("AccessDeniedException"), 1),
        (vec![binary], Err("no SecretString"), 1),
    ] {
        let service = service(answers).await;
        let kept = Kept::new(manager(&service, "secret"), "token");
        match (kept.current().await, expected) {
            (Ok(value), Ok(token)) => assert_eq!(value.as_str(), token),
            (Err(error), Err(words)) => assert!(error.message.contains(words), "{error}"),
            (read, expected) => panic!("{:?} instead of {expected:?}", read.map(|_| "a value")),
        }
        assert_eq!(service.requests().len(), tries, "{expected:?}");
    }
}
