//! One turn of a session: hear the client, take records in, carry out the engine's actions.

use std::sync::Arc;
use std::time::Duration;

use rdkafka::Message;
use rdkafka::consumer::{CommitMode, Consumer};
use rdkafka::error::{KafkaError, KafkaResult};
use rdkafka::message::BorrowedMessage;
use rdkafka::topic_partition_list::TopicPartitionList;

use super::calls::Call;
use super::commits::Commits;
use super::context::{Signal, accept};
use super::intake::{Intake, with_raw};
use super::session::Session;
use super::start::Shared;
use crate::esm::engine::{Action, Engine};
use crate::esm::limits::INTAKE_RECORDS_PER_TURN;
use crate::esm::record::Record;
use crate::esm::status::MappingState;
use crate::invoke::Invoke;

impl<I: Invoke> Session<I> {
    /// Does what can be done without waiting; true if there is more to do at once.
    pub(super) fn turn(&mut self) -> bool {
        self.hear_client();
        self.take_in();
        let now_ms = self.shared.clock.now_ms();
        while let Some(action) = self.engine.next_action(now_ms) {
            self.carry_out(action);
        }
        self.go_on_letting_go();
        self.commit();
        self.intakes.iter().any(|(&partition, intake)| intake.may_have_more() && self.engine.wants(partition))
    }

    fn hear_client(&mut self) {
        let Some(consumer) = self.member.consumer() else { return };
        loop {
            let polled = consumer.poll(Duration::ZERO);
            let heard = polled.is_some();
            match polled {
                Some(Ok(message)) => receive(&self.shared, &mut self.engine, &mut self.commits, &message),
                Some(Err(error)) => self.poll_failed(&error),
                None => {}
            }
            match consumer.context().next_signal() {
                Some(signal) => self.on_signal(signal),
                None if !heard => return,
                None => {}
            }
        }
    }

    fn on_signal(&mut self, signal: Signal) {
        match signal {
            Signal::Assigned(partitions) => self.find_position(partitions),
            Signal::Revoked { partitions, lost } => self.on_revoked(partitions, lost),
            Signal::Trouble(what) => self.shared.trouble(&what),
        }
    }

    /// Reads the partitions from now on; their queues are split off first.
    pub(super) fn accept(&mut self, partitions: &TopicPartitionList, started: Vec<(i32, i64)>) {
        let Some(consumer) = self.member.consumer() else { return };
        let topic = &self.shared.config.topic;
        let none = TopicPartitionList::new();
        let taken = if self.stop_by_ms.is_some() { &none } else { partitions };
        for element in taken.elements() {
            let partition = element.partition();
            match Intake::split(&consumer, topic, partition, Arc::clone(&self.wake)) {
                Some(intake) => self.intakes.insert(partition, intake),
                None => continue,
            };
            self.engine.assign(partition);
        }
        if let Err(error) = accept(&consumer, taken) {
            self.failure = Some(format!("cannot take the assigned partitions: {error}"));
            return;
        }
        started.into_iter().for_each(|(partition, offset)| self.commits.note(partition, offset));
        if self.stop_by_ms.is_none() {
            self.state = MappingState::Enabled;
            self.shared.joined();
        }
        let assigned: Vec<i32> = self.engine.assigned().collect();
        let (function, group) = (&self.shared.config.function, &self.shared.config.consumer_group_id);
        tracing::info!(%function, %topic, %group, ?assigned, "partitions assigned");
    }

    fn take_in(&mut self) {
        let mut budget = INTAKE_RECORDS_PER_TURN;
        let mut failed = Vec::new();
        for (&partition, intake) in &self.intakes {
            while budget > 0 && intake.may_have_more() && self.engine.wants(partition) {
                match intake.next() {
                    Some(Ok(message)) => receive(&self.shared, &mut self.engine, &mut self.commits, &message),
                    Some(Err(error)) => failed.push(error),
                    None => break,
                }
                budget -= 1;
            }
        }
        failed.iter().for_each(|error| self.poll_failed(error));
    }

    /// Counts an error; the client's context has put it into words already.
    fn poll_failed(&mut self, error: &KafkaError) {
        self.shared.metrics.polling_error.add(1);
        if matches!(error, KafkaError::MessageConsumptionFatal(_)) {
            self.failure = Some(error.to_string());
        }
    }

    fn carry_out(&mut self, action: Action) {
        let (function, topic) = (&*self.shared.function, &self.shared.config.topic);
        match action {
            Action::Deliver(delivery) => self.invoke(delivery),
            Action::SendToDestination { job, letters } => self.send_letters(job, letters),
            Action::Retry { records, retries_used, wait_ms, cause, spans } => {
                tracing::warn!(
                    function,
                    topic,
                    records,
                    retries_used,
                    wait_ms,
                    ?spans,
                    "will retry: {cause}"
                );
            }
            Action::Bisect { halves, cause, spans } => {
                tracing::warn!(function, topic, ?halves, ?spans, "batch split in two: {cause}");
            }
            Action::Drop { records, condition, spans } => {
                self.shared.metrics.dropped.add(records);
                tracing::error!(
                    function,
                    topic,
                    records,
                    ?spans,
                    condition = condition.as_str(),
                    "records dropped"
                );
            }
            Action::Commit { partition, offset } => self.commits.note(partition, offset),
        }
    }

    fn commit(&mut self) {
        let Some(consumer) = self.member.consumer() else { return };
        let now_ms = self.shared.clock.now_ms();
        let urgent = self.is_letting_go();
        let Some(list) = self.commits.take(&self.shared.config.topic, now_ms, urgent) else { return };
        self.calls.spawn(async move {
            let commit = tokio::task::spawn_blocking(move || consumer.commit(&list, CommitMode::Sync));
            Call::Committed(commit.await.unwrap_or(Err(KafkaError::Canceled)))
        });
    }

    /// The commit on its way has ended.
    pub(super) fn on_committed(&mut self, result: &KafkaResult<()>) {
        let interval_ms = i64::try_from(self.shared.options.commit_interval.as_millis()).unwrap_or(i64::MAX);
        let risen = self.commits.answered(result.is_ok(), self.shared.clock.now_ms(), interval_ms);
        self.shared.metrics.committed.add(risen);
        if let Err(error) = result {
            self.shared.metrics.commit_error.add(1);
            self.shared.trouble(&format!("commit failed, will repeat: {error}"));
        }
    }
}

/// Filters a record and hands it to the engine.
fn receive<I>(shared: &Shared<I>, engine: &mut Engine, commits: &mut Commits, message: &BorrowedMessage<'_>) {
    let (partition, offset) = (message.partition(), message.offset());
    shared.metrics.polled.add(1);
    if commits.committed(partition).is_none() {
        commits.found(partition, offset);
    }
    with_raw(message, &shared.config.topic, |raw| {
        if shared.filter.matches(raw) {
            engine.push(Record::from_raw(raw), shared.clock.now_ms());
        } else {
            shared.metrics.filtered_out.add(1);
            engine.skip(partition, offset);
        }
    });
}
