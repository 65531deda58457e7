//! Producing on-failure records to a topic.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures::future::join_all;
use rdkafka::error::{KafkaError, KafkaResult, RDKafkaErrorCode};
use rdkafka::producer::{FutureProducer, FutureRecord, Producer};

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
    producer: Arc<Mutex<Option<FutureProducer>>>,
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
        let producer = match self.producer() {
            Ok(producer) => producer,
            Err(error) => {
                letters.iter().for_each(|letter| undelivered.note(letter, error.to_string()));
                return undelivered;
            }
        };
        for some in letters.chunks(LETTERS_IN_FLIGHT_MAX) {
            let sends = some.iter().map(|letter| self.send(&producer, letter));
            for (letter, sent) in some.iter().zip(join_all(sends).await) {
                match self.ask_alone(&producer, letter, sent).await {
                    Ok(()) => {}
                    Err(error) if is_final(&error) => undelivered.refuse(letter, self.told(&error)),
                    Err(error) => undelivered.note(letter, self.told(&error)),
                }
            }
        }
        undelivered
    }

    /// A broker judges the batch that the client has put a letter into: only what it refuses of a letter
    /// alone, it refuses for ever.
    async fn ask_alone(
        &self,
        producer: &FutureProducer,
        letter: &Letter,
        sent: KafkaResult<()>,
    ) -> KafkaResult<()> {
        match sent {
            Err(error) if is_final(&error) => self.send(producer, letter).await,
            sent => sent,
        }
    }

    async fn send(&self, producer: &FutureProducer, letter: &Letter) -> KafkaResult<()> {
        let mut record = FutureRecord::<[u8], [u8]>::to(&self.name).payload(&letter.value);
        record.key = letter.key.as_deref();
        let sent = producer.send(record, Duration::ZERO).await;
        sent.map(|_| ()).map_err(|(error, _)| error)
    }

    /// The producer; made anew after a fatal error, after which the old one sends nothing any more.
    fn producer(&self) -> KafkaResult<FutureProducer> {
        let mut kept = self.producer.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(producer) = kept.as_ref().filter(|producer| producer.client().fatal_error().is_none()) {
            return Ok(producer.clone());
        }
        let producer: FutureProducer = self.client.create()?;
        if let Some(broken) = kept.replace(producer.clone()) {
            // Its end blocks.
            std::thread::spawn(move || drop(broken));
        }
        Ok(producer)
    }

    fn told(&self, error: &KafkaError) -> String {
        format!("kafka://{}: {error}", self.name)
    }
}

/// Whether the same letter meets the same error whenever it is sent, until somebody changes the topic.
fn is_final(error: &KafkaError) -> bool {
    use RDKafkaErrorCode::{InvalidRecord, MessageBatchTooLarge, MessageSizeTooLarge};
    matches!(error.rdkafka_error_code(), Some(MessageSizeTooLarge | MessageBatchTooLarge | InvalidRecord))
}

#[cfg(test)]
mod tests {
    use rdkafka::types::RDKafkaRespErr;

    use super::*;
    use crate::esm::testing::config;

    #[test]
    fn only_what_no_repetition_mends_is_final() {
        use RDKafkaErrorCode as Code;
        let rows = [
            (Code::MessageSizeTooLarge, true),
            (Code::MessageBatchTooLarge, true),
            (Code::InvalidRecord, true),
            (Code::MessageTimedOut, false),
            (Code::QueueFull, false),
            (Code::UnknownTopicOrPartition, false),
            (Code::TopicAuthorizationFailed, false),
            (Code::NotEnoughReplicas, false),
            (Code::Fatal, false),
        ];
        for (code, expected) in rows {
            assert_eq!(is_final(&KafkaError::MessageProduction(code)), expected, "{code:?}");
        }
    }

    #[test]
    #[allow(unsafe_code, reason = "a fatal error can be raised through the C API only")]
    fn after_a_fatal_error_the_producer_is_made_anew() {
        let topic = Topic::new("dlq", &config(), &EsmOptions::default());
        let native = || topic.producer().unwrap().client().native_ptr();
        let first = native();
        assert_eq!(native(), first, "one serves all letters");
        let (error, reason) =
            (RDKafkaRespErr::RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER, c"told by the test");
        unsafe { rdkafka::bindings::rd_kafka_test_fatal_error(first, error, reason.as_ptr()) };
        let second = native();
        assert_ne!(second, first);
        assert_eq!(native(), second, "one serves all letters again");
    }
}
