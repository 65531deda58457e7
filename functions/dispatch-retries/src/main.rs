//! Wires dispatch-retries to its servers.

use dispatch_retries::DispatchRetries;
use gateway_edge::config::{optional, parsed_or};
use gateway_edge::{SystemClock, schedule, telemetry};
use gateway_kafka::{KafkaConfig, KafkaLog};
use gateway_mysql::{Database, Settings};

/// How long a payment may stand still before its attempt is asked for again, in milliseconds.
const STUCK_AFTER_MS: i64 = 120_000;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    telemetry::init();
    let job = DispatchRetries {
        ledger: Database::open(&Settings::from_env(optional)?)?,
        log: KafkaLog::new(KafkaConfig::from_env(optional)?)?,
        clock: SystemClock,
        stuck_after_ms: parsed_or("STUCK_AFTER_MS", STUCK_AFTER_MS, "give milliseconds")?,
    };
    schedule::serve(job).await
}
