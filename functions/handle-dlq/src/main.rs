//! Wires handle-dlq to its servers.

use gateway_dynamodb::{DynamoStore, StoreConfig};
use gateway_edge::config::{optional, parsed_or};
use gateway_edge::{SystemClock, kafka, telemetry};
use gateway_kafka::{KafkaConfig, KafkaLog};
use gateway_mysql::{Database, Settings};
use gateway_pagbank::{PagBank, PagBankConfig};
use handle_dlq::HandleDlq;

/// How long a charge may be on its way after an attempt of unknown outcome, in milliseconds.
const INQUIRY_GRACE_MS: i64 = 30_000;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    telemetry::init();
    let provider = PagBank::new(PagBankConfig::from_env(optional)?)?;
    provider.prepare().await;
    let log = KafkaLog::new(KafkaConfig::from_env(optional)?)?;
    let step = HandleDlq {
        ledger: Database::open(&Settings::from_env(optional)?)?,
        vault: DynamoStore::new(StoreConfig::from_env()?),
        provider,
        clock: SystemClock,
        inquiry_grace_ms: parsed_or("INQUIRY_GRACE_MS", INQUIRY_GRACE_MS, "give milliseconds")?,
    };
    kafka::serve(step, log, SystemClock).await
}
