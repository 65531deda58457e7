//! The loop of one schedule.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use jiff::Timestamp;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::event;
use crate::ids;
use crate::invoke::{Invocation, Invoke, InvokeOutcome};
use crate::template::{Place, Schedule};

/// What a schedule's loop needs beside the schedule.
#[derive(Debug)]
pub struct Runner<I> {
    /// Calls the function.
    pub invoker: Arc<I>,
    /// For the event.
    pub place: Place,
    /// How many calls of one schedule may be under way: the function's concurrency.
    pub overlap_max: usize,
    /// Ends the loop; calls under way are finished.
    pub shutdown: CancellationToken,
}

/// Fires a schedule until the shutdown, and waits for the calls under way.
///
/// AWS starts a call when the schedule is due, whether or not the one before is done. So does
/// this, up to `overlap_max`: what is due beyond that is left out, since the next one is due
/// anyway. A failed call is reported, not repeated (AWS tries twice more, minutes later).
pub async fn run<I: Invoke>(schedule: Schedule, runner: Runner<I>) {
    let mut calls = JoinSet::new();
    let places = Arc::new(Semaphore::new(runner.overlap_max.max(1)));
    let mut due = schedule.timing.next(&schedule.expression, Timestamp::now());
    while let Some(time) = due {
        tokio::select! {
            biased;
            () = runner.shutdown.cancelled() => break,
            () = tokio::time::sleep(until(time)) => {}
        }
        while calls.try_join_next().is_some() {}
        match Arc::clone(&places).try_acquire_owned() {
            Ok(place) => {
                let invocation = invocation(&schedule, &runner.place, time);
                let invoker = Arc::clone(&runner.invoker);
                let id = schedule.id.clone();
                calls.spawn(async move {
                    report(&id, invoker.invoke(invocation).await);
                    drop(place);
                });
            }
            Err(_) => tracing::debug!(schedule = %schedule.id, "due, but all its calls are still under way"),
        }
        due = next_after(&schedule, time);
    }
    calls.join_all().await;
}

/// A rate keeps its beat; times that passed while the machine slept are left out.
fn next_after(schedule: &Schedule, time: Timestamp) -> Option<Timestamp> {
    let next_after = |time| schedule.timing.next(&schedule.expression, time);
    let next = next_after(time)?;
    let now = Timestamp::now();
    if next < now { next_after(now) } else { Some(next) }
}

fn until(time: Timestamp) -> Duration {
    time.duration_since(Timestamp::now()).try_into().unwrap_or_default()
}

fn invocation(schedule: &Schedule, place: &Place, time: Timestamp) -> Invocation {
    let payload = event(schedule, place, time, &ids::uuid()).to_string();
    Invocation { function: schedule.function.as_str().into(), payload: Bytes::from(payload) }
}

fn report(schedule: &str, outcome: InvokeOutcome) {
    match outcome {
        InvokeOutcome::Success(_) => tracing::debug!(schedule, "done"),
        InvokeOutcome::FunctionError { error_type, error_message, .. } => {
            tracing::warn!(schedule, error_type, error_message, "the function failed");
        }
        InvokeOutcome::Throttled => tracing::warn!(schedule, "throttled"),
        InvokeOutcome::ServiceError(reason) => tracing::warn!(schedule, reason, "not called"),
    }
}
