//! What is assigned, in AWS's log.

use std::sync::Arc;
use std::time::Duration;

use rdkafka::consumer::base_consumer::BaseConsumer;
use rdkafka::consumer::{Consumer, ConsumerContext};

use super::session::Session;
use crate::esm::config::SystemLogLevel;
use crate::invoke::Invoke;

/// How long the brokers may take to tell how many partitions there are.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(5);

impl<I: Invoke> Session<I> {
    /// Writes what is assigned now, once the brokers have told how many partitions the topic has.
    pub(super) fn log_assignment(&self, assigned: Vec<i32>) {
        let Some(consumer) = self.member.consumer() else { return };
        if !self.shared.system_log.is_read_at(SystemLogLevel::Info) {
            return;
        }
        let (shared, generation) = (Arc::clone(&self.shared), self.assignments);
        tokio::task::spawn_blocking(move || {
            let total = partitions(&consumer, &shared.config.topic);
            shared.system_log.assigned(&assigned, generation, total);
        });
    }
}

/// How many partitions the topic has, if the brokers tell. Blocks.
fn partitions<C: ConsumerContext>(consumer: &BaseConsumer<C>, topic: &str) -> Option<usize> {
    let metadata = consumer.fetch_metadata(Some(topic), ANSWER_TIMEOUT).ok()?;
    metadata.topics().iter().find(|known| known.name() == topic).map(|known| known.partitions().len())
}
