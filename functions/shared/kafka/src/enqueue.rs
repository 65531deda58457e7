//! Handing a batch to the producer: all of it as fast as there is room, then awaiting all.

use std::collections::{HashSet, VecDeque};
use std::time::Duration;

use gateway_ports::log::{Delivered, OutgoingRecord};
use rdkafka::error::KafkaError;
use rdkafka::types::RDKafkaErrorCode;
use tokio::time::{Instant, sleep};

use crate::polled::{Delivery, Polled};

/// The wait for room that others have taken; room that this batch has taken is waited for exactly.
const ROOM_POLL: Duration = Duration::from_millis(5);

/// What became of a record; `None` if it was not sent, since an earlier one of its key could not be.
pub(crate) type Sent = Option<Result<Delivered, KafkaError>>;

/// One batch on its way.
pub(crate) struct Enqueue<'a> {
    producer: &'a Polled,
    deadline: Instant,
    pending: VecDeque<(usize, Delivery)>,
    results: Vec<Sent>,
}

impl<'a> Enqueue<'a> {
    /// Sends all records and awaits what became of each, in the same order.
    pub(crate) async fn run(
        producer: &'a Polled,
        records: &[OutgoingRecord],
        timeout: Duration,
    ) -> Vec<Sent> {
        let deadline = Instant::now() + timeout;
        let results = records.iter().map(|_| None).collect();
        let mut batch = Self { producer, deadline, pending: VecDeque::with_capacity(records.len()), results };
        let mut blocked = HashSet::new();
        for (position, record) in records.iter().enumerate() {
            let key = (record.topic, record.key.as_str());
            if blocked.contains(&key) {
                continue;
            }
            if let Err(error) = batch.send(position, record).await {
                blocked.insert(key);
                batch.results[position] = Some(Err(error));
            }
        }
        while batch.await_oldest().await {}
        batch.results
    }

    /// Sends one; a full queue is waited for until the deadline.
    async fn send(&mut self, position: usize, record: &OutgoingRecord) -> Result<(), KafkaError> {
        loop {
            match self.producer.send(record) {
                Ok(delivery) => {
                    self.pending.push_back((position, delivery));
                    return Ok(());
                }
                Err(KafkaError::MessageProduction(RDKafkaErrorCode::QueueFull))
                    if Instant::now() < self.deadline =>
                {
                    if !self.await_oldest().await {
                        sleep(ROOM_POLL).await;
                    }
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// Awaits the oldest record on its way; `false` if there is none.
    async fn await_oldest(&mut self) -> bool {
        let Some((position, delivery)) = self.pending.pop_front() else { return false };
        self.results[position] = Some(match delivery.await {
            Ok(result) => result,
            Err(_cancelled) => Err(KafkaError::Canceled),
        });
        true
    }
}
