//! Wires schedule-retry to its servers.

use gateway_domain::retry::RetryPolicy;
use gateway_edge::config::{ConfigError, optional, parsed_or};
use gateway_edge::{SystemClock, kafka, telemetry};
use gateway_kafka::{KafkaConfig, KafkaLog};
use gateway_mysql::{Database, Settings};
use schedule_retry::ScheduleRetry;

/// The policy's defaults, where the environment says nothing else.
fn policy() -> Result<RetryPolicy, ConfigError> {
    let policy = RetryPolicy::default();
    Ok(RetryPolicy {
        delay_first_ms: parsed_or("RETRY_DELAY_FIRST_MS", policy.delay_first_ms, "give milliseconds")?,
        factor: parsed_or("RETRY_DELAY_FACTOR", policy.factor, "give a whole number")?,
        delay_max_ms: parsed_or("RETRY_DELAY_MAX_MS", policy.delay_max_ms, "give milliseconds")?,
        ..policy
    })
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    telemetry::init();
    let log = KafkaLog::new(KafkaConfig::from_env(optional)?)?;
    let step = ScheduleRetry {
        ledger: Database::open(&Settings::from_env(optional)?)?,
        policy: policy()?,
        clock: SystemClock,
    };
    kafka::serve(step, log, SystemClock).await
}
