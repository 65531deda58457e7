//! Wires orchestrate-payment to its servers.

use std::sync::Arc;

use gateway_dynamodb::{DynamoStore, StoreConfig};
use gateway_edge::config::optional;
use gateway_edge::{SystemClock, kafka, telemetry};
use gateway_kafka::{KafkaConfig, KafkaLog};
use gateway_mysql::{Database, Settings};
use orchestrate_payment::OrchestratePayment;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    telemetry::init();
    let log = Arc::new(KafkaLog::new(KafkaConfig::from_env(optional)?)?);
    let step = OrchestratePayment {
        ledger: Database::open(&Settings::from_env(optional)?)?,
        vault: DynamoStore::new(StoreConfig::from_env()?),
        log: Arc::clone(&log),
        clock: SystemClock,
    };
    kafka::serve(step, log, SystemClock).await
}
