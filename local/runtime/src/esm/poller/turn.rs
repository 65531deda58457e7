//! One turn of a session: hear the client, take records in, carry out the engine's actions.

use std::sync::Arc;
use std::time::Duration;

use rdkafka::Message;
use rdkafka::consumer::{CommitMode, Consumer};
use rdkafka::error::{KafkaError, KafkaResult};
use rdkafka::message::BorrowedMessage;
use rdkafka::topic_partition_list::TopicPartitionList;

use super::calls::Call;
use super::client::fetch_ahead_kbytes;
use super::context::{Signal, accept};
use super::intake::Intake;
use super::receive::Reception;
use super::session::Session;
use crate::esm::engine::Action;
use crate::esm::status::MappingState;
use crate::invoke::Invoke;

impl<I: Invoke> Session<I> {
    /// Does what can be done without waiting; true if there is more to do at once.
    pub(super) fn turn(&mut self) -> bool {
        self.hear_client();
        self.take_in();
        self.engine.set_patience(self.shared.invoker.patience(&self.shared.function));
        let now_ms = self.shared.clock.now_ms();
        while let Some(action) = self.engine.next_action(now_ms) {
            self.carry_out(action);
        }
        self.go_on_letting_go();
        self.commit();
        self.look_at_lag();
        let room = self.engine.room_bytes();
        let is_readable = |(&partition, intake): (&i32, &Intake)| {
            intake.may_have_more() && self.engine.wants_within(partition, room)
        };
        self.intakes.iter().any(is_readable)
    }

    fn hear_client(&mut self) {
        let Some(consumer) = self.member.consumer() else { return };
        loop {
            let polled = consumer.poll(Duration::ZERO);
            let heard = polled.is_some();
            match polled {
                Some(Ok(message)) => self.receive_stray(&message),
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
        let shared = Arc::clone(&self.shared);
        let topic = &shared.config.topic;
        self.make_way_for(partitions.count());
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
        self.limit_invocations();
        let assigned: Vec<i32> = self.engine.assigned().collect();
        self.assignments += 1;
        let (function, group) = (&shared.config.function, &shared.config.consumer_group_id);
        tracing::info!(%function, %topic, %group, ?assigned, "partitions assigned");
        self.log_assignment(assigned);
    }

    /// Where so many partitions come that what is fetched ahead for all of them would fill the memory,
    /// none is taken: the group is joined anew by a client with smaller buffers.
    fn make_way_for(&mut self, more: usize) {
        let partitions = self.engine.assigned().count() + more;
        if self.stop_by_ms.is_none() && fetch_ahead_kbytes(partitions) * 2 < self.fetch_ahead_kbytes {
            self.crowd = Some(partitions);
            self.begin_stop(MappingState::Enabling);
        }
    }

    /// A record that did not come by its partition's queue.
    fn receive_stray(&mut self, message: &BorrowedMessage<'_>) {
        let partition = message.partition();
        self.shared.metrics.polled.add(1);
        self.commits.found(partition, message.offset());
        self.encoder.start_anew();
        let mut reception =
            Reception::new(&self.shared, &mut self.engine, &self.desk.schemas, &mut self.encoder);
        if let Err(missing) = reception.receive(message) {
            if let Some(intake) = self.intakes.get_mut(&partition) {
                intake.hold(message.detach());
            }
            self.ask_registry(missing);
        }
    }

    /// Counts an error; the client's context has put it into words already.
    pub(super) fn poll_failed(&mut self, error: &KafkaError) {
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
                    condition = condition.for_topic(),
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
