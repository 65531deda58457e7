//! Wires process-payment to its servers.

use std::sync::Arc;

use gateway_dynamodb::{DynamoStore, StoreConfig};
use gateway_edge::config::optional;
use gateway_edge::{SystemClock, kafka, telemetry};
use gateway_kafka::{KafkaConfig, KafkaLog};
use gateway_pagbank::{PagBank, PagBankConfig};
use process_payment::ProcessPayment;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    telemetry::init();
    let provider = PagBank::new(PagBankConfig::from_env(optional)?)?;
    provider.prepare().await;
    let log = Arc::new(KafkaLog::new(KafkaConfig::from_env(optional)?)?);
    let step = ProcessPayment {
        attempts: DynamoStore::new(StoreConfig::from_env()?),
        provider,
        log: Arc::clone(&log),
        clock: SystemClock,
    };
    kafka::serve(step, log, SystemClock).await
}
