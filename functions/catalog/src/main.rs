//! Wires catalog to its servers.
// The nested futures of runtime and driver are deeper than the default limit.
#![recursion_limit = "256"]

use catalog::Catalog;
use gateway_edge::config::{optional, parsed_or};
use gateway_edge::http::Authorization;
use gateway_edge::{SystemClock, http, telemetry};
use gateway_mysql::{Database, Settings};
use gateway_search::{SearchConfig, SearchIndex};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    telemetry::init();
    let catalog = Catalog {
        products: Database::open(&Settings::from_env(optional)?)?,
        index: SearchIndex::new(SearchConfig::from_env(optional)?)?,
        clock: SystemClock,
    };
    let authorization = parsed_or("AUTHORIZATION", Authorization::Jwt, "set it to jwt or none")?;
    http::serve(catalog, authorization).await
}
