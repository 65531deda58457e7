//! Following the lag: pollers of the provisioned mode, and the lag in AWS's log.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use rdkafka::consumer::base_consumer::BaseConsumer;
use rdkafka::consumer::{Consumer, ConsumerContext};
use rdkafka::error::{KafkaError, KafkaResult};
use rdkafka::topic_partition_list::{Offset, TopicPartitionList};

use super::calls::Call;
use super::session::Session;
use super::start::Shared;
use crate::esm::config::SystemLogLevel;
use crate::esm::pollers::Pollers;
use crate::esm::system_log::PartitionStand;
use crate::invoke::Invoke;

/// How long the brokers may take to tell the ends.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(5);

/// AWS logs where a mapping stands each minute.
const STATUS_EVENT_INTERVAL: Duration = Duration::from_secs(60);

/// Offsets by partition.
pub type Ends = BTreeMap<i32, i64>;

/// What a session knows about its lag.
#[derive(Debug)]
pub struct Scaling {
    pollers: Option<Pollers>,
    next_look_ms: Option<i64>,
    /// Where the log's level asks for it.
    next_status_event_ms: Option<i64>,
    polled_at_last_look: u64,
}

impl Scaling {
    /// At the beginning of a session.
    pub fn new<I>(shared: &Shared<I>) -> Self {
        let pollers = shared.config.provisioned_pollers.map(Pollers::new);
        let scales = pollers.as_ref().is_some_and(Pollers::can_scale);
        let logs = shared.config.system_log_level == Some(SystemLogLevel::Debug);
        let interval = if scales { shared.options.poller_scaling_interval } else { STATUS_EVENT_INTERVAL };
        // Before the look that is to find it due.
        let next_status_event_ms = logs.then(|| shared.clock.after(STATUS_EVENT_INTERVAL));
        Self {
            pollers,
            next_look_ms: (scales || logs).then(|| shared.clock.after(interval)),
            next_status_event_ms,
            polled_at_last_look: 0,
        }
    }

    /// When the lag is to be looked at.
    pub const fn due_ms(&self) -> Option<i64> {
        self.next_look_ms
    }

    fn is_status_event_due(&self, now_ms: i64) -> bool {
        self.next_status_event_ms.is_some_and(|due_ms| due_ms <= now_ms)
    }

    /// Pollers at work; `None` in the on-demand mode.
    pub fn pollers(&self, partitions: usize) -> Option<usize> {
        self.pollers.as_ref().map(|pollers| pollers.count(partitions))
    }
}

impl<I: Invoke> Session<I> {
    /// Looks at the lag when it is time; an idle mapping asks no broker, but for the log once a minute.
    pub(super) fn look_at_lag(&mut self) {
        let now_ms = self.shared.clock.now_ms();
        if self.scaling.next_look_ms.is_none_or(|due_ms| due_ms > now_ms) {
            return;
        }
        let assigned: Vec<i32> = self.engine.assigned().collect();
        let polled = self.shared.metrics.polled.get();
        let is_idle = polled == self.scaling.polled_at_last_look
            && assigned.iter().all(|&partition| self.engine.depth(partition).1 == 0);
        self.scaling.polled_at_last_look = polled;
        let asks = !is_idle || self.scaling.is_status_event_due(now_ms);
        match self.member.consumer() {
            Some(consumer) if asks => {
                self.scaling.next_look_ms = None;
                self.calls.spawn(ask_ends(consumer, self.shared.config.topic.clone(), assigned));
            }
            _ => self.on_lag(0),
        }
    }

    /// The brokers have told the partitions' ends, or not.
    pub(super) fn on_ends(&mut self, ends: &KafkaResult<Ends>) {
        match ends {
            Ok(ends) => {
                self.log_offsets(ends);
                self.on_lag(ends.iter().map(|(&partition, &end)| self.lag(partition, end)).sum());
            }
            Err(error) => {
                tracing::debug!(topic = self.shared.config.topic, %error, "the lag is not known");
                self.plan_next_look();
            }
        }
    }

    /// As many invocations as the function has environments and the pollers can make.
    pub(super) fn limit_invocations(&mut self) {
        let partitions = self.engine.assigned().count();
        let of_function = self.shared.options.max_concurrent_invocations;
        let of_pollers = self.scaling.pollers.as_ref().map(|pollers| pollers.invocations_max(partitions));
        self.engine.set_concurrent_invocations_max(of_pollers.unwrap_or(of_function).min(of_function));
    }

    fn on_lag(&mut self, lag: i64) {
        let partitions = self.engine.assigned().count();
        let batch_size = self.shared.config.batch_size;
        if let Some(pollers) = &mut self.scaling.pollers
            && pollers.look(lag, batch_size, partitions)
        {
            let pollers = pollers.count(partitions);
            tracing::info!(function = %self.shared.function, topic = self.shared.config.topic, lag, pollers, "event pollers scaled");
            self.limit_invocations();
        }
        self.plan_next_look();
    }

    fn plan_next_look(&mut self) {
        let scales = self.scaling.pollers.as_ref().is_some_and(Pollers::can_scale);
        let interval =
            if scales { self.shared.options.poller_scaling_interval } else { STATUS_EVENT_INTERVAL };
        self.scaling.next_look_ms = Some(self.shared.clock.after(interval));
    }

    fn log_offsets(&mut self, ends: &Ends) {
        if !self.scaling.is_status_event_due(self.shared.clock.now_ms()) {
            return;
        }
        self.scaling.next_status_event_ms = Some(self.shared.clock.after(STATUS_EVENT_INTERVAL));
        for (&partition, &end) in ends {
            let Some(committed) = self.commits.committed(partition) else { continue };
            let last_read = self.engine.last_read(partition);
            self.shared.system_log.offsets(&PartitionStand { partition, end, last_read, committed });
        }
    }

    fn lag(&self, partition: i32, end: i64) -> i64 {
        self.commits.committed(partition).map_or(0, |committed| (end - committed).max(0))
    }
}

async fn ask_ends<C: ConsumerContext + 'static>(
    consumer: Arc<BaseConsumer<C>>,
    topic: String,
    partitions: Vec<i32>,
) -> Call {
    let asked = tokio::task::spawn_blocking(move || offsets(&consumer, &topic, &partitions, Offset::End));
    Call::Ends(asked.await.unwrap_or(Err(KafkaError::Canceled)))
}

/// The beginnings, the ends, or the first offsets from a time on (`Offset::Offset`, in epoch
/// milliseconds) of partitions, in one request for each broker. Blocks.
pub fn offsets<C: ConsumerContext>(
    consumer: &BaseConsumer<C>,
    topic: &str,
    partitions: &[i32],
    which: Offset,
) -> KafkaResult<Ends> {
    if partitions.is_empty() {
        return Ok(Ends::new());
    }
    let mut list = TopicPartitionList::with_capacity(partitions.len());
    for &partition in partitions {
        // The protocol takes −1 and −2 where a time is meant: the end and the beginning.
        list.add_partition_offset(topic, partition, which)?;
    }
    known(&consumer.offsets_for_times(list, ANSWER_TIMEOUT)?)
}

/// What the group has committed of these partitions. Blocks.
pub fn committed<C: ConsumerContext>(
    consumer: &BaseConsumer<C>,
    topic: &str,
    partitions: &[i32],
) -> KafkaResult<Ends> {
    if partitions.is_empty() {
        return Ok(Ends::new());
    }
    let mut list = TopicPartitionList::with_capacity(partitions.len());
    for &partition in partitions {
        list.add_partition(topic, partition);
    }
    known(&consumer.committed_offsets(list, ANSWER_TIMEOUT)?)
}

/// The partitions that have such an offset; "none" and "not known" are two things.
fn known(list: &TopicPartitionList) -> KafkaResult<Ends> {
    let mut known = Ends::new();
    for element in list.elements() {
        element.error()?;
        if let Offset::Offset(offset) = element.offset() {
            known.insert(element.partition(), offset);
        }
    }
    Ok(known)
}
