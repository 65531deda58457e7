//! The token with which an IAM role shows itself to Amazon MSK: a request to connect, signed and put
//! into base64. Source: the algorithm of AWS's own signers (aws-msk-iam-sasl-signer).

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{
    SignableBody, SignableRequest, SignatureLocation, SigningParams, SigningSettings, sign,
};
use aws_sigv4::sign::v4;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rdkafka::client::OAuthToken;

/// How long a token can be used to connect; librdkafka asks for the next at 80 % of it.
const TOKEN_LIFE: Duration = Duration::from_secs(900);
/// Told to MSK beside the signature.
const USER_AGENT: &str = "payment-gateway";

type SignError = Box<dyn std::error::Error>;

/// A token of `credentials` for the clusters of `region`, valid from `now`.
pub(crate) fn token(
    region: &str,
    credentials: &Credentials,
    now: SystemTime,
) -> Result<OAuthToken, SignError> {
    let url = format!("https://kafka.{region}.amazonaws.com/?Action=kafka-cluster%3AConnect");
    let signature = signature_query(&url, region, credentials, now)?;
    let signed = format!("{url}&{signature}&User-Agent={USER_AGENT}");
    let expires = (now + TOKEN_LIFE).duration_since(UNIX_EPOCH)?;
    Ok(OAuthToken {
        token: URL_SAFE_NO_PAD.encode(signed),
        principal_name: USER_AGENT.to_owned(),
        lifetime_ms: i64::try_from(expires.as_millis())?,
    })
}

/// The query parameters that sign a GET of `url`.
fn signature_query(
    url: &str,
    region: &str,
    credentials: &Credentials,
    now: SystemTime,
) -> Result<String, SignError> {
    let mut settings = SigningSettings::default();
    settings.signature_location = SignatureLocation::QueryParams;
    settings.expires_in = Some(TOKEN_LIFE);
    let identity = credentials.clone().into();
    let params: SigningParams<'_> = v4::SigningParams::builder()
        .identity(&identity)
        .region(region)
        .name("kafka-cluster")
        .time(now)
        .settings(settings)
        .build()?
        .into();
    let request = SignableRequest::new("GET", url, std::iter::empty(), SignableBody::Bytes(&[]))?;
    let (instructions, _signature) = sign(request, &params)?.into_parts();
    let (_headers, pairs) = instructions.into_parts();
    let encoded = pairs.iter().map(|(name, value)| format!("{name}={}", percent_encode(value)));
    Ok(encoded.collect::<Vec<_>>().join("&"))
}

/// Everything but the unreserved characters of RFC 3986.
fn percent_encode(text: &str) -> String {
    text.bytes().fold(String::with_capacity(text.len()), |mut encoded, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
        encoded
    })
}

#[cfg(test)]
mod tests {
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
