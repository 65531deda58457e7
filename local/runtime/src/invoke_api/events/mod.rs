//! Asynchronous calls (`InvocationType: Event`): queued, tried again, given up, told to a destination.
//!
//! As on AWS a function error is tried again twice, and what never reached the function (throttled,
//! the service failed) until the event is too old. The waits are shorter: who develops does not want to
//! wait for minutes.

mod document;
mod retries;

use std::sync::Arc;
use std::time::Instant;

use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use crate::esm::FailureDestination;
use crate::esm::config::DestinationArn;
use crate::esm::engine::Letter;
use crate::esm::places::DestinationPlaces;
use crate::invoke::{Invocation, Invoke, InvokeOutcome};
use crate::template::Function;
use document::Ended;
pub use retries::EventRetries;
use retries::{Next, Tally};

/// Calls that may be under way or wait for another attempt; AWS queues more.
const EVENTS_MAX: u32 = 1_000;

/// The queue of asynchronous calls.
#[derive(Debug)]
pub struct Events {
    places: Arc<Semaphore>,
    retries: EventRetries,
    destinations: DestinationPlaces,
    /// Ends waits for further attempts.
    shutdown: CancellationToken,
}

impl Events {
    /// An empty queue; after `shutdown` nothing is tried again.
    pub fn new(
        retries: EventRetries,
        destinations: DestinationPlaces,
        shutdown: CancellationToken,
    ) -> Arc<Self> {
        let places = Arc::new(Semaphore::new(EVENTS_MAX as usize));
        Arc::new(Self { places, retries, destinations, shutdown })
    }

    /// Takes a call, unless the queue is full.
    pub(super) fn take<I: Invoke>(
        self: &Arc<Self>,
        invoker: Arc<I>,
        function: &Function,
        invocation: Invocation,
    ) -> bool {
        let Ok(place) = Arc::clone(&self.places).try_acquire_owned() else { return false };
        let (events, function) = (Arc::clone(self), function.clone());
        tokio::spawn(async move {
            events.call(&*invoker, &function, invocation).await;
            drop(place);
        });
        true
    }

    /// Waits until every call has ended, after the shutdown.
    pub async fn ended(&self) {
        drop(self.places.acquire_many(EVENTS_MAX).await);
    }

    /// Calls until it is done or given up, and tells the destination.
    async fn call<I: Invoke>(&self, invoker: &I, function: &Function, invocation: Invocation) {
        let (began, mut tally) = (Instant::now(), Tally::default());
        let (outcome, condition) = loop {
            let outcome = invoker.invoke(invocation.clone()).await;
            tally.count(&outcome);
            match self.retries.after(&outcome, tally, began.elapsed(), &function.event_invoke) {
                Next::Done => break (outcome, "Success"),
                Next::GiveUp(condition) => break (outcome, condition),
                Next::After(wait) => {
                    tracing::warn!(
                        function = function.name,
                        ?outcome,
                        ?wait,
                        "an asynchronous call will be tried again"
                    );
                    tokio::select! {
                        () = tokio::time::sleep(wait) => {}
                        () = self.shutdown.cancelled() => {
                            return tracing::warn!(function = function.name, "an asynchronous call is given up: the runtime stops");
                        }
                    }
                }
            }
        };
        let succeeded = matches!(outcome, InvokeOutcome::Success(_));
        if !succeeded {
            tracing::warn!(function = function.name, condition, ?outcome, "an asynchronous call is given up");
        }
        let config = &function.event_invoke;
        let destination = if succeeded { &config.on_success } else { &config.on_failure };
        if let Some(arn) = destination {
            let invocations = tally.failed + u32::from(succeeded);
            let (payload, outcome) = (&invocation.payload, &outcome);
            self.tell(arn, &Ended { function, payload, outcome, condition, invocations }).await;
        }
    }

    async fn tell(&self, arn: &DestinationArn, ended: &Ended<'_>) {
        let topic = format!("async/{}", ended.function.name);
        let letter = Letter { records: Vec::new(), key: None, value: ended.document().to_string().into() };
        let cause = match FailureDestination::at(arn, &self.destinations, "aws/lambda".to_owned()) {
            Some(destination) => destination.deliver(&topic, &[letter]).await.cause,
            None => Some("it leads nowhere on this machine: see `Runtime: {Destinations: …}`".to_owned()),
        };
        if let Some(cause) = cause {
            tracing::error!(function = ended.function.name, destination = arn.arn, "not told: {cause}");
        }
    }
}
