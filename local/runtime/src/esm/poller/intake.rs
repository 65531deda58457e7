//! Reading one partition's queue.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rdkafka::Message;
use rdkafka::consumer::base_consumer::{BaseConsumer, PartitionQueue};
use rdkafka::error::KafkaResult;
use rdkafka::message::{BorrowedMessage, Headers, OwnedMessage, Timestamp as KafkaTimestamp};
use tokio::sync::Notify;

use super::context::SessionContext;
use super::receive::MissingSchema;
use crate::esm::record::{RawRecord, Timestamp};

/// A partition's own queue, read only as far as the engine wants records.
pub struct Intake {
    queue: PartitionQueue<SessionContext>,
    may_have_more: Arc<AtomicBool>,
    /// A record that waits for its schema; nothing after it is read.
    held: Option<OwnedMessage>,
}

impl Intake {
    /// Splits the partition's queue off. Before the partition is assigned, so that no record of
    /// it ever comes another way.
    pub fn split(
        consumer: &Arc<BaseConsumer<SessionContext>>,
        topic: &str,
        partition: i32,
        wake: Arc<Notify>,
    ) -> Option<Self> {
        let mut queue = consumer.split_partition_queue(topic, partition)?;
        let may_have_more = Arc::new(AtomicBool::new(true));
        let flag = Arc::clone(&may_have_more);
        queue.set_nonempty_callback(move || {
            flag.store(true, Ordering::Release);
            wake.notify_one();
        });
        Some(Self { queue, may_have_more, held: None })
    }

    /// Whether there may be something to read.
    pub fn may_have_more(&self) -> bool {
        self.held.is_none() && self.may_have_more.load(Ordering::Acquire)
    }

    /// Hands the next record on, without waiting; one that waits for its schema is held.
    pub fn next(
        &mut self,
        receive: impl FnOnce(&BorrowedMessage<'_>) -> Result<(), MissingSchema>,
    ) -> Option<KafkaResult<Result<(), MissingSchema>>> {
        // Lowered before looking: the callback raises it again for whatever comes after.
        self.may_have_more.store(false, Ordering::Release);
        let next = self.queue.poll(std::time::Duration::ZERO)?;
        self.may_have_more.store(true, Ordering::Release);
        Some(next.map(|message| {
            let received = receive(&message);
            if received.is_err() {
                self.held = Some(message.detach());
            }
            received
        }))
    }

    /// Keeps a record that waits for its schema.
    pub fn hold(&mut self, message: OwnedMessage) {
        self.held = Some(message);
    }

    /// Hands on the record that waited; the schema that it waits for still, if it does.
    pub fn retry_held(
        &mut self,
        receive: impl FnOnce(&OwnedMessage) -> Result<(), MissingSchema>,
    ) -> Option<MissingSchema> {
        let missing = receive(self.held.as_ref()?).err();
        if missing.is_none() {
            self.held = None;
        }
        missing
    }
}

/// Lends a message to `read` in our own terms.
pub fn with_raw<M: Message, T>(message: &M, topic: &str, read: impl FnOnce(&RawRecord<'_>) -> T) -> T {
    let headers = headers(message);
    read(&RawRecord {
        topic,
        partition: message.partition(),
        offset: message.offset(),
        timestamp: match message.timestamp() {
            KafkaTimestamp::NotAvailable => Timestamp::NotAvailable,
            KafkaTimestamp::CreateTime(ms) => Timestamp::CreateTime(ms),
            KafkaTimestamp::LogAppendTime(ms) => Timestamp::LogAppendTime(ms),
        },
        key: message.key(),
        value: message.payload(),
        headers: &headers,
        key_schema: None,
        value_schema: None,
    })
}

/// The client panics on a header name that is not UTF-8, which Kafka's protocol forbids; such a
/// record is delivered without its headers rather than ending the mapping.
fn headers<M: Message>(message: &M) -> Vec<(&str, Option<&[u8]>)> {
    let Some(headers) = message.headers() else { return Vec::new() };
    let read = || headers.iter().map(|header| (header.key, header.value)).collect();
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(read)).unwrap_or_else(|_| {
        let (partition, offset) = (message.partition(), message.offset());
        tracing::warn!(
            topic = message.topic(),
            partition,
            offset,
            "unreadable header names: headers left out"
        );
        Vec::new()
    })
}
