//! Wires receive-psp-webhook to its servers.

use gateway_dynamodb::{DynamoStore, StoreConfig};
use gateway_edge::config::{optional, parsed_or};
use gateway_edge::http::Authorization;
use gateway_edge::{SystemClock, http, telemetry};
use gateway_kafka::{KafkaConfig, KafkaLog};
use gateway_mysql::{Database, Settings};
use gateway_pagbank::{PagBank, PagBankConfig};
use receive_psp_webhook::ReceivePspWebhook;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    telemetry::init();
    let provider = PagBank::new(PagBankConfig::from_env(optional)?)?;
    provider.prepare().await;
    let handler = ReceivePspWebhook {
        ledger: Database::open(&Settings::from_env(optional)?)?,
        attempts: DynamoStore::new(StoreConfig::from_env()?),
        provider,
        log: KafkaLog::new(KafkaConfig::from_env(optional)?)?,
        clock: SystemClock,
        signature_optional: parsed_or(
            "PSP_WEBHOOK_SIGNATURE_OPTIONAL",
            false,
            "give true for PagBank's sandbox, which signs nothing, else false",
        )?,
    };
    // The PSP has no token of ours: its signature is its own.
    http::serve(handler, Authorization::None).await
}
