//! Wires payments to its servers.

use gateway_dynamodb::{DynamoStore, StoreConfig};
use gateway_edge::config::{optional, parsed_or};
use gateway_edge::http::Authorization;
use gateway_edge::{http, telemetry};
use gateway_mysql::{Database, Settings};
use payments::Payments;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    telemetry::init();
    let handler = Payments {
        ledger: Database::open(&Settings::from_env(optional)?)?,
        pending: DynamoStore::new(StoreConfig::from_env()?),
    };
    let authorization = parsed_or("AUTHORIZATION", Authorization::Jwt, "give jwt, or none in development")?;
    http::serve(handler, authorization).await
}
