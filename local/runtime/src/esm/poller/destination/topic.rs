//! Producing on-failure records to a topic.

use std::sync::Arc;
use std::time::Duration;

use futures::future::join_all;
use rdkafka::error::KafkaResult;
use rdkafka::producer::{FutureProducer, FutureRecord};
use tokio::sync::OnceCell;

use super::Undelivered;
use crate::esm::config::MappingConfig;
use crate::esm::engine::Letter;
use crate::esm::limits::LETTERS_IN_FLIGHT_MAX;
use crate::esm::options::EsmOptions;
use crate::esm::poller::client::producer_config;

/// A `kafka://` destination. The producer is made when the first record fails for good: most
/// mappings never need one.
#[derive(Clone)]
pub struct Topic {
    name: Arc<str>,
    client: rdkafka::ClientConfig,
    producer: Arc<OnceCell<FutureProducer>>,
}

impl Topic {
    /// The destination of a mapping.
    pub fn new(name: &str, config: &MappingConfig, options: &EsmOptions) -> Self {
        Self { name: name.into(), client: producer_config(config, options), producer: Arc::default() }
    }

    /// Sends the letters, each with its record's own key (without one: any partition), and waits
    /// until all replicas in sync have them.
    pub async fn deliver(&self, letters: &[Letter]) -> Undelivered {
        let mut undelivered = Undelivered::default();
        let producer = match self.producer.get_or_try_init(|| async { self.create() }).await {
            Ok(producer) => producer,
            Err(error) => {
                letters.iter().for_each(|letter| undelivered.note(letter, error.to_string()));
                return undelivered;
            }
        };
        for some in letters.chunks(LETTERS_IN_FLIGHT_MAX) {
            let sends = some.iter().map(|letter| self.send(producer, letter));
            for (letter, sent) in some.iter().zip(join_all(sends).await) {
                if let Err(cause) = sent {
                    undelivered.note(letter, cause);
                }
            }
        }
        undelivered
    }

    fn create(&self) -> KafkaResult<FutureProducer> {
        self.client.create()
    }

    async fn send(&self, producer: &FutureProducer, letter: &Letter) -> Result<(), String> {
        let mut record = FutureRecord::<[u8], [u8]>::to(&self.name).payload(&letter.value);
        record.key = letter.key.as_deref();
        let sent = producer.send(record, Duration::ZERO).await;
        sent.map(|_| ()).map_err(|(error, _)| error.to_string())
    }
}
