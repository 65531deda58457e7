//! SDK clients with their limits set on purpose.
//!
//! Built by hand from the environment: the SDK's own configuration loader brings profiles, SSO and
//! metadata services that no function has. Connections are kept alive and shared by all calls.

use std::time::Duration;

use aws_sdk_dynamodb::config::interceptors::InterceptorContext;
use aws_sdk_dynamodb::config::retry::{ClassifyRetry, RetryAction, RetryConfig};
use aws_sdk_dynamodb::config::timeout::TimeoutConfig;
use aws_sdk_dynamodb::config::{Region, SharedHttpClient, StalledStreamProtectionConfig};
use aws_sdk_dynamodb::error::ProvideErrorMetadata;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_smithy_http_client::Builder;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore};

use crate::config::AwsEnvironment;

/// Tries of one call, the first included: enough for a connection that died while the environment
/// was frozen, or a throttled write. What still fails then is retried by whoever redelivers.
pub const ATTEMPTS_MAX: u32 = 2;
/// Until a connection stands.
pub const CONNECT_TIMEOUT: Duration = Duration::from_secs(1);
/// Until one try is answered; single-digit milliseconds are usual.
pub const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(2);
/// Until a call with all its tries is over.
pub const OPERATION_TIMEOUT: Duration = Duration::from_millis(4_500);
const BACKOFF_FIRST: Duration = Duration::from_millis(50);

fn timeouts() -> TimeoutConfig {
    TimeoutConfig::builder()
        .connect_timeout(CONNECT_TIMEOUT)
        .operation_attempt_timeout(ATTEMPT_TIMEOUT)
        .operation_timeout(OPERATION_TIMEOUT)
        .build()
}

fn retries() -> RetryConfig {
    RetryConfig::standard().with_max_attempts(ATTEMPTS_MAX).with_initial_backoff(BACKOFF_FIRST)
}

/// The connections to an endpoint without TLS: the system's root certificates are not read, which takes
/// longer than all the rest of a start. `None` where TLS is spoken.
fn without_tls(endpoint: Option<&str>) -> Option<SharedHttpClient> {
    endpoint.filter(|endpoint| endpoint.starts_with("http://"))?;
    let no_roots = TlsContext::builder().with_trust_store(TrustStore::empty()).build().ok()?;
    let tls = Builder::new().tls_provider(Provider::Rustls(CryptoMode::AwsLc)).tls_context(no_roots);
    Some(tls.build_https())
}

/// DynamoDB refuses a write to an item that a transaction is at. The SDK does not know that this passes.
#[derive(Debug)]
struct MetATransaction;

impl ClassifyRetry for MetATransaction {
    fn classify_retry(&self, context: &InterceptorContext) -> RetryAction {
        let error = context.output_or_error().and_then(Result::err);
        let error = error.and_then(|error| error.as_operation_error());
        let codes = error.map(|error| {
            [
                error.downcast_ref::<PutItemError>().and_then(ProvideErrorMetadata::code),
                error.downcast_ref::<UpdateItemError>().and_then(ProvideErrorMetadata::code),
            ]
        });
        if codes.is_some_and(|codes| codes.contains(&Some("TransactionConflictException"))) {
            RetryAction::transient_error()
        } else {
            RetryAction::NoActionIndicated
        }
    }

    fn name(&self) -> &'static str {
        "met a transaction"
    }
}

/// A DynamoDB client.
#[must_use]
pub fn dynamodb_client(aws: &AwsEnvironment) -> aws_sdk_dynamodb::Client {
    let mut config = aws_sdk_dynamodb::Config::builder()
        .region(Region::new(aws.region.clone()))
        .credentials_provider(aws.credentials.clone())
        .timeout_config(timeouts())
        .retry_config(retries())
        .retry_classifier(MetATransaction)
        // Guards long downloads; an answer here is a few hundred bytes and has its time-out.
        .stalled_stream_protection(StalledStreamProtectionConfig::disabled());
    config.set_http_client(without_tls(aws.dynamodb_endpoint.as_deref()));
    config.set_endpoint_url(aws.dynamodb_endpoint.clone());
    aws_sdk_dynamodb::Client::from_conf(config.build())
}

/// A KMS client.
#[must_use]
pub fn kms_client(aws: &AwsEnvironment) -> aws_sdk_kms::Client {
    let mut config = aws_sdk_kms::Config::builder()
        .region(Region::new(aws.region.clone()))
        .credentials_provider(aws.credentials.clone())
        .timeout_config(timeouts())
        .retry_config(retries())
        .stalled_stream_protection(StalledStreamProtectionConfig::disabled());
    config.set_http_client(without_tls(aws.kms_endpoint.as_deref()));
    config.set_endpoint_url(aws.kms_endpoint.clone());
    aws_sdk_kms::Client::from_conf(config.build())
}

#[cfg(test)]
mod tests {
    use super::without_tls;

    #[test]
    fn only_an_endpoint_without_tls_goes_without_root_certificates() {
        assert!(without_tls(Some("http://127.0.0.1:8000")).is_some());
        assert!(without_tls(Some("https://dynamodb.sa-east-1.amazonaws.com")).is_none());
        assert!(without_tls(None).is_none(), "the region's own endpoint speaks TLS");
    }
}
