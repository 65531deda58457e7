//! AWS's request signature, which some emulators check.

use std::time::SystemTime;

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{
    PayloadChecksumKind, PercentEncodingMode, SignableBody, SignableRequest, SigningSettings,
    UriPathNormalizationMode,
};
use aws_sigv4::sign::v4;

use crate::esm::config::{DestinationArn, DestinationService};

/// Where neither the ARN nor the environment names a region.
const REGION_DEFAULT: &str = "us-east-1";

/// Signs with the environment's keys; without them with `local`, which most emulators take.
pub fn sign(request: &mut reqwest::Request, arn: &DestinationArn) -> Result<(), String> {
    let region =
        if arn.region.is_empty() { variable("AWS_REGION", REGION_DEFAULT) } else { arn.region.clone() };
    let session_token = std::env::var("AWS_SESSION_TOKEN").ok();
    let credentials = Credentials::new(
        variable("AWS_ACCESS_KEY_ID", "local"),
        variable("AWS_SECRET_ACCESS_KEY", "local"),
        session_token,
        None,
        "environment",
    );
    let identity = credentials.into();
    let parameters = v4::SigningParams::builder()
        .identity(&identity)
        .region(&region)
        .name(arn.service.name())
        .time(SystemTime::now())
        .settings(settings(arn.service))
        .build()
        .map_err(|error| error.to_string())?;
    let signable = signable(request)?;
    let signed = aws_sigv4::http_request::sign(signable, &parameters.into());
    let (instructions, _) = signed.map_err(|error| error.to_string())?.into_parts();
    for (name, value) in instructions.headers() {
        let name = reqwest::header::HeaderName::try_from(name).map_err(|error| error.to_string())?;
        let value = reqwest::header::HeaderValue::from_str(value).map_err(|error| error.to_string())?;
        request.headers_mut().insert(name, value);
    }
    Ok(())
}

fn signable(request: &reqwest::Request) -> Result<SignableRequest<'_>, String> {
    let headers =
        request.headers().iter().filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?)));
    let body = request.body().and_then(reqwest::Body::as_bytes).unwrap_or_default();
    SignableRequest::new(
        request.method().as_str(),
        request.url().as_str(),
        headers,
        SignableBody::Bytes(body),
    )
    .map_err(|error| error.to_string())
}

/// S3 signs its paths as they are and wants the body's hash in a header.
fn settings(service: DestinationService) -> SigningSettings {
    let mut settings = SigningSettings::default();
    if service == DestinationService::S3 {
        settings.percent_encoding_mode = PercentEncodingMode::Single;
        settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
        settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
    }
    settings
}

fn variable(name: &str, default: &str) -> String {
    std::env::var(name).ok().filter(|value| !value.is_empty()).unwrap_or_else(|| default.to_owned())
}
