//! Producing on-failure records.

use std::sync::Arc;

use futures::future::join_all;
use rdkafka::error::KafkaResult;
use rdkafka::producer::{FutureProducer, FutureRecord};
use tokio::sync::OnceCell;

use super::client::producer_config;
use crate::esm::config::MappingConfig;
use crate::esm::engine::Letter;
use crate::esm::limits::LETTERS_IN_FLIGHT_MAX;
use crate::esm::options::EsmOptions;
use crate::esm::response::FailedItems;

/// A `kafka://` destination. The producer is made when the first record fails for good: most
/// mappings never need one.
#[derive(Clone)]
pub struct KafkaDestination {
    topic: Arc<str>,
    client: rdkafka::ClientConfig,
    producer: Arc<OnceCell<FutureProducer>>,
}

/// What the destination did not take, and why.
#[derive(Debug, Default)]
pub struct Undelivered {
    /// The failed records.
    pub records: FailedItems,
    /// The last error.
    pub cause: Option<String>,
}

impl KafkaDestination {
    /// The destination of a mapping.
    pub fn new(topic: &str, config: &MappingConfig, options: &EsmOptions) -> Self {
        Self { topic: topic.into(), client: producer_config(config, options), producer: Arc::default() }
    }

    /// Sends the letters, each with its record's own key (without one: any partition), and waits
    /// until all replicas in sync have them.
    pub async fn deliver(&self, letters: &[Letter]) -> Undelivered {
        let mut undelivered = Undelivered::default();
        let producer = match self.producer.get_or_try_init(|| async { self.create() }).await {
            Ok(producer) => producer,
            Err(error) => {
                undelivered.records = letters.iter().map(|l| (l.partition, l.offset)).collect();
                undelivered.cause = Some(error.to_string());
                return undelivered;
            }
        };
        for some in letters.chunks(LETTERS_IN_FLIGHT_MAX) {
            let sends = some.iter().map(|letter| self.send(producer, letter));
            for (letter, sent) in some.iter().zip(join_all(sends).await) {
                if let Err(cause) = sent {
                    undelivered.records.insert((letter.partition, letter.offset));
                    undelivered.cause = Some(cause);
                }
            }
        }
        undelivered
    }

    fn create(&self) -> KafkaResult<FutureProducer> {
        self.client.create()
    }

    async fn send(&self, producer: &FutureProducer, letter: &Letter) -> Result<(), String> {
        let mut record = FutureRecord::<[u8], [u8]>::to(&self.topic).payload(&letter.value);
        record.key = letter.key.as_deref();
        let sent = producer.send(record, std::time::Duration::ZERO).await;
        sent.map(|_| ()).map_err(|(error, _)| error.to_string())
    }
}
