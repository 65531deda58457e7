//! Calls that take time, each in a task of its own.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt;
use rdkafka::consumer::base_consumer::BaseConsumer;
use rdkafka::error::{KafkaError, KafkaResult};
use rdkafka::topic_partition_list::TopicPartitionList;

use super::assignment::position;
use super::client::has_own_reset_policy;
use super::context::SessionContext;
use super::destination::Undelivered;
use super::scaling::Ends;
use super::session::Session;
use crate::esm::config::StartingPosition;
use crate::esm::engine::{Delivery, JobId, Letter};
use crate::esm::registry::Known;
use crate::invoke::{Invocation, Invoke, InvokeOutcome};

/// After the brokers could not say where to start they are asked again.
const POSITION_RETRY: Duration = Duration::from_millis(500);

/// What a task brings back.
pub enum Call {
    /// The function's answer.
    Invoked(JobId, InvokeOutcome),
    /// What the destination did not take, of how many records.
    Sent(JobId, usize, Undelivered),
    /// The commit on its way has ended.
    Committed(KafkaResult<()>),
    /// Where to start reading, asked in this generation.
    Positioned(u64, TopicPartitionList, KafkaResult<Vec<(i32, i64)>>),
    /// What the registry says of a schema.
    Schema(u32, Result<Known, String>),
    /// The ends of the partitions.
    Ends(KafkaResult<Ends>),
}

impl<I: Invoke> Session<I> {
    pub(super) fn invoke(&mut self, delivery: Delivery) {
        let Delivery { job, payload, records, attempt, spans } = delivery;
        self.shared.metrics.invoked.add(records);
        tracing::debug!(function = %self.shared.function, topic = self.shared.config.topic, records, attempt, ?spans, "invoking");
        let invoker = Arc::clone(&self.shared.invoker);
        let invocation = Invocation { function: Arc::clone(&self.shared.function), payload };
        self.calls.spawn(async move {
            let outcome = AssertUnwindSafe(invoker.invoke(invocation)).catch_unwind().await;
            let outcome =
                outcome.unwrap_or_else(|_| InvokeOutcome::ServiceError("the invoker panicked".to_owned()));
            Call::Invoked(job, outcome)
        });
    }

    pub(super) fn send_letters(&mut self, job: JobId, letters: Vec<Letter>) {
        let Some(destination) = self.shared.destination.clone() else { return };
        let topic = self.shared.config.topic.clone();
        self.calls.spawn(async move {
            let undelivered = destination.deliver(&topic, &letters).await;
            Call::Sent(job, letters.iter().map(|letter| letter.records.len()).sum(), undelivered)
        });
    }

    /// Asks the brokers where to start, where that depends on them.
    pub(super) fn find_position(&mut self, partitions: TopicPartitionList) {
        let starting = self.shared.config.starting_position;
        let by_policy =
            starting == StartingPosition::TrimHorizon && !has_own_reset_policy(&self.shared.options);
        if by_policy || partitions.count() == 0 {
            return self.accept(&partitions, Vec::new());
        }
        let Some(consumer) = self.member.consumer() else { return };
        let generation = self.generation;
        self.calls.spawn(ask_position(generation, consumer, partitions, starting));
    }

    pub(super) fn finish_call(&mut self, call: Call) {
        match call {
            Call::Invoked(job, outcome) => self.on_invoked(job, &outcome),
            Call::Sent(job, letters, undelivered) => self.on_sent(job, letters, &undelivered),
            Call::Committed(result) => self.on_committed(&result),
            Call::Schema(id, answer) => self.on_schema(id, answer),
            Call::Ends(ends) => self.on_ends(&ends),
            Call::Positioned(generation, ..) if generation != self.generation => {}
            Call::Positioned(_, partitions, Ok(started)) => self.accept(&partitions, started),
            Call::Positioned(_, _, Err(KafkaError::Canceled)) => {}
            Call::Positioned(_, partitions, Err(error)) => self.position_failed(partitions, &error),
        }
    }

    fn on_invoked(&mut self, job: JobId, outcome: &InvokeOutcome) {
        let resolution = self.engine.invocation_finished(job, outcome, self.shared.clock.now_ms());
        match resolution.cause {
            None => self.shared.went_well(),
            Some(cause) => {
                self.shared.metrics.failed_invoke.add(resolution.failed_records);
                self.shared.metrics.invoke_error.add(1);
                self.shared.failed_processing(&cause);
            }
        }
    }

    fn on_sent(&mut self, job: JobId, records: usize, undelivered: &Undelivered) {
        let (failed, refused) = (undelivered.records.len(), undelivered.refused.len());
        self.shared.metrics.destination_delivered.add(records.saturating_sub(failed + refused));
        self.shared.metrics.destination_error.add(failed + refused);
        self.drop_refused(undelivered);
        if let Some(cause) = &undelivered.cause {
            self.shared.trouble(&format!("{failed} on-failure records not delivered, will retry: {cause}"));
        }
        self.engine.letters_finished(job, &undelivered.records, self.shared.clock.now_ms());
    }

    /// What the destination can never take is given up, as AWS gives up whatever it does not take: waiting
    /// for it would hold up its partition for ever.
    fn drop_refused(&self, undelivered: &Undelivered) {
        let Some(cause) = &undelivered.refusal else { return };
        let (records, offsets) = (undelivered.refused.len(), &undelivered.refused);
        self.shared.metrics.dropped.add(records);
        let what =
            format!("{records} on-failure records dropped, the destination can never take them: {cause}");
        self.shared.dropped(&what, offsets);
    }

    fn position_failed(&mut self, partitions: TopicPartitionList, error: &KafkaError) {
        self.shared.trouble(&format!("cannot tell where to start reading, will retry: {error}"));
        let generation = self.generation;
        let Some(consumer) = self.member.consumer() else { return };
        let starting = self.shared.config.starting_position;
        self.calls.spawn(async move {
            tokio::time::sleep(POSITION_RETRY).await;
            ask_position(generation, consumer, partitions, starting).await
        });
    }
}

async fn ask_position(
    generation: u64,
    consumer: Arc<BaseConsumer<SessionContext>>,
    mut partitions: TopicPartitionList,
    starting: StartingPosition,
) -> Call {
    let asked = tokio::task::spawn_blocking(move || {
        let started = position(&consumer, &mut partitions, starting);
        (partitions, started)
    });
    match asked.await {
        Ok((partitions, started)) => Call::Positioned(generation, partitions, started),
        Err(_) => Call::Positioned(generation, TopicPartitionList::new(), Err(KafkaError::Canceled)),
    }
}
