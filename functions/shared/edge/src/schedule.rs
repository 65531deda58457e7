//! Functions behind a schedule.

use std::future::Future;

use lambda_runtime::{Diagnostic, Error, LambdaEvent, service_fn};
use serde::Serialize;
use serde::de::IgnoredAny;
use tracing::Instrument as _;

use crate::span;

/// One job that a schedule starts again and again; runs may overlap.
pub trait ScheduledJob: Send + Sync {
    /// The job's name in logs.
    const NAME: &'static str;
    /// What a run reports.
    type Report: Serialize + std::fmt::Debug + Send;

    /// Runs once.
    fn run(&self) -> impl Future<Output = Result<Self::Report, String>> + Send;
}

/// Serves runs until Lambda ends the environment.
///
/// # Errors
/// When the Runtime API can no longer be reached.
pub async fn serve<J: ScheduledJob>(job: J) -> Result<(), Error> {
    let job = &job;
    lambda_runtime::run(service_fn(move |event: LambdaEvent<IgnoredAny>| async move {
        // Boxed, since runtime, job and driver together nest deeper than the compiler follows.
        Box::pin(span::invocation(&event.context, run(job))).await
    }))
    .await
}

/// Runs once, as an invocation does.
///
/// # Errors
/// What Lambda is told when the job fails.
pub async fn run<J: ScheduledJob>(job: &J) -> Result<J::Report, Diagnostic> {
    let span = span::job(J::NAME);
    let result = job.run().instrument(span.clone()).await;
    result.map_err(|message| {
        span.record("error.type", "JobFailed");
        tracing::error!(job = J::NAME, message, "failed");
        Diagnostic { error_type: "JobFailed".to_owned(), error_message: message }
    })
}
