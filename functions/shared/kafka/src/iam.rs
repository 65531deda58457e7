//! The token with which an IAM role shows itself to Amazon MSK: a request to connect, signed and put
//! into base64. Source: the algorithm of AWS's own signers (aws-msk-iam-sasl-signer).

use std::time::{SystemTime, UNIX_EPOCH};

use aws_credential_types::Credentials;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use gateway_sign::{LIFE, SignError, Signer};
use rdkafka::client::OAuthToken;

/// Told to MSK beside the signature.
const USER_AGENT: &str = "payment-gateway";

/// A token of `credentials` for the clusters of `region`, valid from `now`; librdkafka asks for the next
/// at 80 % of its life.
pub(crate) fn token(
    region: &str,
    credentials: &Credentials,
    now: SystemTime,
) -> Result<OAuthToken, SignError> {
    let url = format!("https://kafka.{region}.amazonaws.com/?Action=kafka-cluster%3AConnect");
    let signed = Signer { credentials, service: "kafka-cluster", region, now }.sign_url(&url)?;
    let expires = (now + LIFE).duration_since(UNIX_EPOCH)?;
    Ok(OAuthToken {
        token: URL_SAFE_NO_PAD.encode(format!("{signed}&User-Agent={USER_AGENT}")),
        principal_name: USER_AGENT.to_owned(),
        lifetime_ms: i64::try_from(expires.as_millis())?,
    })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_token_is_a_signed_request_to_connect() {
        let credentials = Credentials::new("AKID", "secret", Some("a/b+c=".to_owned()), None, "test");
        let now = UNIX_EPOCH + Duration::from_secs(1_750_000_000);
        let token = token("sa-east-1", &credentials, now).unwrap();
        assert_eq!(token.lifetime_ms, 1_750_000_900_000);
        let url = String::from_utf8(URL_SAFE_NO_PAD.decode(token.token).unwrap()).unwrap();
        assert!(
            url.starts_with("https://kafka.sa-east-1.amazonaws.com/?Action=kafka-cluster%3AConnect&"),
            "{url}"
        );
        for part in [
            "X-Amz-Algorithm=AWS4-HMAC-SHA256",
            "X-Amz-Credential=AKID%2F20250615%2Fsa-east-1%2Fkafka-cluster%2Faws4_request",
            "X-Amz-Date=20250615T150640Z",
            "X-Amz-Expires=900",
            "X-Amz-SignedHeaders=host",
            "X-Amz-Security-Token=a%2Fb%2Bc%3D",
            "X-Amz-Signature=",
            "User-Agent=payment-gateway",
        ] {
            assert!(url.contains(part), "{part} in {url}");
        }
    }
}
