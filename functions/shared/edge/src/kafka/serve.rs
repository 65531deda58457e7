//! The loop of a Kafka function.

use gateway_ports::Clock;
use gateway_ports::log::MessageLog;
use lambda_runtime::{Diagnostic, Error, LambdaEvent, service_fn};

use crate::span::{self, export};

use super::{KafkaBatchResponse, KafkaEvent, Step, run_batch};

/// Serves batches until Lambda ends the environment.
///
/// # Errors
/// When the Runtime API can no longer be reached.
pub async fn serve<S: Step>(step: S, log: impl MessageLog, clock: impl Clock) -> Result<(), Error> {
    let (step, log, clock) = (&step, &log, &clock);
    lambda_runtime::run(service_fn(move |event: LambdaEvent<KafkaEvent>| async move {
        span::begin_invocation(&event.context);
        let records = event.payload.into_records().map_err(invalid_event)?;
        // Boxed, since runtime, step and driver together nest deeper than the compiler follows.
        let response = Box::pin(run_batch(step, log, clock, records)).await;
        export::flush().await;
        Ok::<KafkaBatchResponse, Diagnostic>(response)
    }))
    .await
}

fn invalid_event(message: String) -> Diagnostic {
    Diagnostic { error_type: "InvalidEvent".to_owned(), error_message: message }
}
