//! The producer of this process, replaced when it can no longer be trusted.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use gateway_ports::PortError;
use gateway_ports::log::{Delivered, MessageLog, OutgoingRecord};

use crate::KafkaConfig;
use crate::enqueue::{Enqueue, Sent};
use crate::failure::{held_back, poisons_producer, port_error};
use crate::polled::Polled;

/// [`MessageLog`] on Kafka. Clones share one producer.
#[derive(Clone)]
pub struct KafkaLog {
    config: KafkaConfig,
    current: Arc<Mutex<Arc<Polled>>>,
}

impl KafkaLog {
    /// A producer; it connects in the background, so make it while the function starts.
    ///
    /// # Errors
    /// A permanent one when librdkafka refuses the configuration.
    pub fn new(config: KafkaConfig) -> Result<Self, PortError> {
        let producer = Polled::create(&config)
            .map_err(|error| PortError::permanent(format!("no Kafka producer: {error}")))?;
        Ok(Self { config, current: Arc::new(Mutex::new(Arc::new(producer))) })
    }

    fn producer(&self) -> Arc<Polled> {
        Arc::clone(&self.current.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Puts a new producer in the place of `failed`, unless another call has done so already.
    fn replace(&self, failed: &Arc<Polled>) {
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        if !Arc::ptr_eq(&current, failed) {
            return;
        }
        match Polled::create(&self.config) {
            Ok(producer) => *current = Arc::new(producer),
            Err(error) => tracing::error!(%error, "no new Kafka producer; the failed one stays"),
        }
    }
}

impl MessageLog for KafkaLog {
    async fn produce(&self, records: Vec<OutgoingRecord>) -> Vec<Result<Delivered, PortError>> {
        let producer = self.producer();
        let results = Enqueue::run(&producer, &records, self.config.delivery_timeout).await;
        if results.iter().flatten().any(|result| result.as_ref().is_err_and(poisons_producer)) {
            self.replace(&producer);
        }
        answer(&records, results)
    }
}

/// Each record's answer. A record behind a failed one of its key counts as failed, though it may stand
/// in the log: the caller sends both again, and they end up in their order.
fn answer(records: &[OutgoingRecord], results: Vec<Sent>) -> Vec<Result<Delivered, PortError>> {
    let mut failed = HashSet::new();
    let answers = records.iter().zip(results).map(|(record, result)| match result {
        None => Err(held_back(record)),
        Some(Ok(_)) if failed.contains(&(record.topic, record.key.as_str())) => Err(held_back(record)),
        Some(Ok(delivered)) => Ok(delivered),
        Some(Err(error)) => {
            failed.insert((record.topic, record.key.as_str()));
            Err(port_error(record, &error))
        }
    });
    answers.collect()
}

#[cfg(test)]
mod tests {
    use rdkafka::error::KafkaError;
    use rdkafka::types::RDKafkaErrorCode as Code;

    use super::*;

    #[test]
    fn a_record_behind_a_failed_one_of_its_key_is_not_answered_as_delivered() {
        let record =
            |key: &str| OutgoingRecord { topic: "t", key: key.into(), value: vec![], headers: vec![] };
        let delivered = |offset| Some(Ok(Delivered { partition: 0, offset }));
        let failed = Some(Err(KafkaError::MessageProduction(Code::MessageTimedOut)));
        let records = [record("a"), record("a"), record("b"), record("a"), record("a")];
        let answers = answer(&records, vec![delivered(0), failed, delivered(1), delivered(2), None]);
        let ok: Vec<_> = answers.iter().map(Result::is_ok).collect();
        assert_eq!(ok, [true, false, true, false, false]);
        assert!(answers[3].as_ref().unwrap_err().message.contains("held back"));
    }
}
