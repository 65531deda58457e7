//! The loop of a Kafka function.

use gateway_ports::Clock;
use gateway_ports::log::MessageLog;
use lambda_runtime::{Diagnostic, Error, LambdaEvent, service_fn};

use crate::span;

use super::{KafkaBatchResponse, KafkaEvent, Step, run_batch};

/// Serves batches until Lambda ends the environment.
///
/// # Errors
/// When the Runtime API can no longer be reached.
pub async fn serve<S: Step>(step: S, log: impl MessageLog, clock: impl Clock) -> Result<(), Error> {
    let (step, log, clock) = (&step, &log, &clock);
    lambda_runtime::run(service_fn(move |event: LambdaEvent<KafkaEvent>| async move {
        let records = event.payload.into_records().map_err(invalid_event)?;
        let running = run_batch(step, log, clock, records);
        // Boxed, since runtime, step and driver together nest deeper than the compiler follows.
        let response = Box::pin(span::invocation(&event.context, running)).await;
        Ok::<KafkaBatchResponse, Diagnostic>(response)
    }))
    .await
}

fn invalid_event(message: String) -> Diagnostic {
    Diagnostic { error_type: "InvalidEvent".to_owned(), error_message: message }
}
