//! Serves the OpenAPI document.

use describe_api::DescribeApi;
use gateway_edge::http::Authorization;
use gateway_edge::{http, telemetry};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    telemetry::init();
    // Whoever wants to call the gateway may read how.
    http::serve(DescribeApi, Authorization::None).await
}
