//! Wires reserve to its servers.

use gateway_domain::limits::RESERVATION_LIFE_MS;
use gateway_edge::config::{optional, parsed_or};
use gateway_edge::http::Authorization;
use gateway_edge::{SystemClock, http, telemetry};
use gateway_mysql::{Database, Settings};
use reserve::Reserve;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    telemetry::init();
    let handler = Reserve {
        ledger: Database::open(&Settings::from_env(optional)?)?,
        clock: SystemClock,
        reservation_life_ms: parsed_or("RESERVATION_LIFE_MS", RESERVATION_LIFE_MS, "give milliseconds")?,
    };
    let authorization = parsed_or("AUTHORIZATION", Authorization::Jwt, "give jwt, or none in development")?;
    http::serve(handler, authorization).await
}
