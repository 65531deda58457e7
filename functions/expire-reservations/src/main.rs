//! Wires expire-reservations to its servers.

use expire_reservations::ExpireReservations;
use gateway_edge::config::{optional, parsed_or};
use gateway_edge::{SystemClock, schedule, telemetry};
use gateway_mysql::{Database, Settings};

/// Half of the function's time-out in `infra/template.yaml`, in milliseconds.
const BUDGET_MS: i64 = 25_000;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    telemetry::init();
    let job = ExpireReservations {
        ledger: Database::open(&Settings::from_env(optional)?)?,
        clock: SystemClock,
        budget_ms: parsed_or("EXPIRE_BUDGET_MS", BUDGET_MS, "give milliseconds")?,
    };
    schedule::serve(job).await
}
