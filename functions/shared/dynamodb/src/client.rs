//! SDK clients with their limits set on purpose.
//!
//! Built by hand from the environment: the SDK's own configuration loader brings profiles, SSO and
//! metadata services that no function has. Connections are kept alive and shared by all calls.

use std::time::Duration;

use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::config::timeout::TimeoutConfig;
use aws_sdk_dynamodb::config::{Region, StalledStreamProtectionConfig};

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

/// A DynamoDB client.
#[must_use]
pub fn dynamodb_client(aws: &AwsEnvironment) -> aws_sdk_dynamodb::Client {
    let mut config = aws_sdk_dynamodb::Config::builder()
        .region(Region::new(aws.region.clone()))
        .credentials_provider(aws.credentials.clone())
        .timeout_config(timeouts())
        .retry_config(retries())
        // Guards long downloads; an answer here is a few hundred bytes and has its time-out.
        .stalled_stream_protection(StalledStreamProtectionConfig::disabled());
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
    config.set_endpoint_url(aws.kms_endpoint.clone());
    aws_sdk_kms::Client::from_conf(config.build())
}
