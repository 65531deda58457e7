//! Wires index-products to its servers.

use gateway_edge::config::optional;
use gateway_edge::{SystemClock, kafka, telemetry};
use gateway_kafka::{KafkaConfig, KafkaLog};
use gateway_search::{SearchConfig, SearchIndex};
use index_products::IndexProducts;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    telemetry::init();
    let log = KafkaLog::new(KafkaConfig::from_env(optional)?)?;
    let step = IndexProducts { index: SearchIndex::new(SearchConfig::from_env(optional)?)? };
    kafka::serve(step, log, SystemClock).await
}
