//! Wires settle-payment to its servers.

use gateway_edge::config::optional;
use gateway_edge::{SystemClock, kafka, telemetry};
use gateway_kafka::{KafkaConfig, KafkaLog};
use gateway_mysql::{Database, Settings};
use settle_payment::SettlePayment;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    telemetry::init();
    let log = KafkaLog::new(KafkaConfig::from_env(optional)?)?;
    let step = SettlePayment { ledger: Database::open(&Settings::from_env(optional)?)?, clock: SystemClock };
    kafka::serve(step, log, SystemClock).await
}
