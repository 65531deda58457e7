//! Wires provision to its servers.
// The nested futures of runtime and driver are deeper than the default limit.
#![recursion_limit = "256"]

use gateway_edge::config::{optional, required};
use gateway_edge::telemetry;
use gateway_mysql::Settings;
use gateway_search::SearchConfig;
use gateway_secrets::{Manager, SecretConfig};
use lambda_runtime::{Diagnostic, Error, LambdaEvent, service_fn};
use provision::{Provision, Wish};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    telemetry::init();
    let secret = required("CDC_SECRET_ARN", "give the secret of the user that replicates from the ledger")?;
    let provision = &Provision {
        ledger: Settings::from_env(optional)?,
        replicator: Manager::new(SecretConfig::from_env(secret, optional)?)?,
        search: || SearchConfig::from_env(optional),
    };
    lambda_runtime::run(service_fn(move |event: LambdaEvent<Wish>| async move {
        // Boxed, since runtime, job and driver together nest deeper than the compiler follows.
        Box::pin(provision.run(event.payload)).await.map_err(|error| {
            tracing::error!(%error, "the servers are not prepared");
            Diagnostic { error_type: "NotPrepared".to_owned(), error_message: error.to_string() }
        })
    }))
    .await
}
