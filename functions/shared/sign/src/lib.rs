//! What an IAM role shows to AWS services: signed addresses in a password's place, as Kafka brokers (MSK) and
//! databases (RDS) take them, and the signature of a request, for the one service without an SDK here.
//!
//! Pure: no network, no clock. Deliberately absent: the rest of SigV4, which the SDKs have.

mod environment;

pub use environment::{required, role};

use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{
    SignableBody, SignableRequest, SignatureLocation, SigningInstructions, SigningParams, SigningSettings,
    sign,
};
use aws_sigv4::sign::v4;

/// How long a signed address can be used to connect; connections outlive it.
pub const LIFE: Duration = Duration::from_secs(900);

/// Why nothing was signed.
pub type SignError = Box<dyn std::error::Error>;

/// Who signs, for what, and when.
#[derive(Debug)]
pub struct Signer<'a> {
    /// The role's credentials.
    pub credentials: &'a Credentials,
    /// The service's name in signatures, such as `kafka-cluster`.
    pub service: &'a str,
    /// Such as `sa-east-1`.
    pub region: &'a str,
    /// From when on the signature holds, for [`LIFE`].
    pub now: SystemTime,
}

impl Signer<'_> {
    /// The headers that sign a POST of `body` to `url` with `headers`, which are to be sent as they are.
    ///
    /// # Errors
    /// When the request or the credentials cannot be signed.
    pub fn sign_post(
        &self,
        url: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Result<Vec<(String, String)>, SignError> {
        let request = SignableRequest::new("POST", url, headers.iter().copied(), SignableBody::Bytes(body))?;
        let (signed, _query) = self.sign(request, SigningSettings::default())?.into_parts();
        Ok(signed.iter().map(|header| (header.name().to_owned(), header.value().to_owned())).collect())
    }

    /// `url`, which has a query already, with the parameters that sign a GET of it.
    ///
    /// # Errors
    /// When the address or the credentials cannot be signed.
    pub fn sign_url(&self, url: &str) -> Result<String, SignError> {
        let mut settings = SigningSettings::default();
        settings.signature_location = SignatureLocation::QueryParams;
        settings.expires_in = Some(LIFE);
        let request = SignableRequest::new("GET", url, std::iter::empty(), SignableBody::Bytes(&[]))?;
        let (_headers, pairs) = self.sign(request, settings)?.into_parts();
        Ok(pairs
            .iter()
            .fold(url.to_owned(), |url, (name, value)| format!("{url}&{name}={}", percent_encode(value))))
    }

    fn sign(
        &self,
        request: SignableRequest<'_>,
        settings: SigningSettings,
    ) -> Result<SigningInstructions, SignError> {
        let identity = self.credentials.clone().into();
        let params: SigningParams<'_> = v4::SigningParams::builder()
            .identity(&identity)
            .region(self.region)
            .name(self.service)
            .time(self.now)
            .settings(settings)
            .build()?
            .into();
        Ok(sign(request, &params)?.into_parts().0)
    }
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
    use std::time::UNIX_EPOCH;

    use super::*;

    #[test]
    fn every_parameter_of_the_signature_is_there_and_encoded() {
        let credentials = Credentials::new("AKID", "secret", Some("a/b+c=".to_owned()), None, "test");
        let now = UNIX_EPOCH + Duration::from_secs(1_750_000_000);
        let signer = Signer { credentials: &credentials, service: "rds-db", region: "sa-east-1", now };
        let url = signer.sign_url("https://proxy.example:3306/?Action=connect&DBUser=gateway").unwrap();
        assert!(url.starts_with("https://proxy.example:3306/?Action=connect&DBUser=gateway&"), "{url}");
        for part in [
            "X-Amz-Algorithm=AWS4-HMAC-SHA256",
            "X-Amz-Credential=AKID%2F20250615%2Fsa-east-1%2Frds-db%2Faws4_request",
            "X-Amz-Date=20250615T150640Z",
            "X-Amz-Expires=900",
            "X-Amz-SignedHeaders=host",
            "X-Amz-Security-Token=a%2Fb%2Bc%3D",
            "X-Amz-Signature=",
        ] {
            assert!(url.contains(part), "{part} in {url}");
        }
    }
}
