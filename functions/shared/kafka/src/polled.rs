//! A producer and the thread that hears of its deliveries.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use gateway_ports::log::{Delivered, OutgoingRecord};
use rdkafka::error::{KafkaError, KafkaResult};
use rdkafka::message::{Header, OwnedHeaders};
use rdkafka::producer::{BaseProducer, BaseRecord, Producer as _};
use tokio::sync::oneshot;

use crate::KafkaConfig;
use crate::config::CONNECT_TIMEOUT;
use crate::context::Context;

/// One poll: deliveries are told of as they come, and the poll goes on. `rdkafka`'s own thread polls for
/// 100 ms and spins through the last millisecond of each (its time-outs are cut to milliseconds), which is
/// a hundredth of a core for every idle function; this one spins a thousandth as much.
const POLL: Duration = Duration::from_secs(10);

/// What became of one record, as soon as the brokers have said so.
pub(crate) type Delivery = oneshot::Receiver<Result<Delivered, KafkaError>>;

/// A producer with its polling thread.
pub(crate) struct Polled {
    producer: Arc<BaseProducer<Context>>,
    dropped: Arc<AtomicBool>,
}

impl Polled {
    pub(crate) fn create(config: &KafkaConfig) -> KafkaResult<Self> {
        let context = Context { security: config.security.clone() };
        let producer: BaseProducer<Context> = config.to_client_config().create_with_context(context)?;
        let polled = Self { producer: Arc::new(producer), dropped: Arc::default() };
        polled.spawn("kafka-deliveries", Self::poll)?;
        polled.spawn("kafka-warm-up", |producer, _| warm_up(producer))?;
        Ok(polled)
    }

    /// Hands a record to librdkafka; an error says that it was not taken.
    pub(crate) fn send(&self, record: &OutgoingRecord) -> Result<Delivery, KafkaError> {
        let (told, delivery) = oneshot::channel();
        let headers = OwnedHeaders::new_with_capacity(record.headers.len());
        let headers = record
            .headers
            .iter()
            .fold(headers, |headers, (key, value)| headers.insert(Header { key, value: Some(value) }));
        let record = BaseRecord::with_opaque_to(record.topic, Box::new(told))
            .key(record.key.as_str())
            .payload(&record.value[..])
            .headers(headers);
        self.producer.send(record).map_err(|(error, _)| error)?;
        Ok(delivery)
    }

    fn poll(producer: &BaseProducer<Context>, dropped: &AtomicBool) {
        while !dropped.load(Ordering::Relaxed) {
            producer.poll(POLL);
        }
    }

    /// The thread owns the producer too, so that whoever drops the last [`Polled`] waits for nothing.
    fn spawn(&self, name: &str, work: fn(&BaseProducer<Context>, &AtomicBool)) -> KafkaResult<()> {
        let (producer, dropped) = (Arc::clone(&self.producer), Arc::clone(&self.dropped));
        std::thread::Builder::new()
            .name(name.to_owned())
            .spawn(move || work(&producer, &dropped))
            .map_err(|error| KafkaError::ClientCreation(format!("no thread: {error}")))?;
        Ok(())
    }
}

impl Drop for Polled {
    fn drop(&mut self) {
        self.dropped.store(true, Ordering::Relaxed);
    }
}

/// Asks the brokers for something at once. librdkafka asks for an idempotent producer's id half a second
/// after its creation, or when it hears from a broker: the first record need not wait that long.
fn warm_up(producer: &BaseProducer<Context>) {
    if let Err(error) = producer.client().fetch_metadata(None, CONNECT_TIMEOUT) {
        tracing::debug!(%error, "no broker has answered yet");
    }
}
