//! Wires enqueue-payment to its servers.

use enqueue_payment::EnqueuePayment;
use gateway_dynamodb::{DynamoStore, StoreConfig};
use gateway_edge::config::{optional, parsed_or};
use gateway_edge::http::Authorization;
use gateway_edge::{SystemClock, http, telemetry};
use gateway_kafka::{KafkaConfig, KafkaLog};
use gateway_mysql::{Database, Settings};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    telemetry::init();
    let handler = EnqueuePayment {
        ledger: Database::open(&Settings::from_env(optional)?)?,
        claims: DynamoStore::new(StoreConfig::from_env()?),
        log: KafkaLog::new(KafkaConfig::from_env(optional)?)?,
        clock: SystemClock,
    };
    let authorization = parsed_or("AUTHORIZATION", Authorization::Jwt, "give jwt, or none in development")?;
    http::serve(handler, authorization).await
}
