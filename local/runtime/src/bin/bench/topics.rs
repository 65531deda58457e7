//! Topics of this run, filled.

use std::time::Duration;

use rdkafka::ClientConfig;
use rdkafka::admin::{AdminClient, AdminOptions, NewTopic, TopicReplication};
use rdkafka::client::DefaultClientContext;
use rdkafka::error::KafkaError;
use rdkafka::producer::{BaseRecord, Producer, ThreadedProducer};
use rdkafka::types::RDKafkaErrorCode;

use super::Failure;

/// A topic that goes with its guard.
pub struct Topic {
    pub name: String,
    admin: AdminClient<DefaultClientContext>,
}

impl Topic {
    /// Creates a topic of this run.
    pub async fn create(bootstrap: &str, name: &str, partitions: i32) -> Result<Self, Failure> {
        let name = format!("esm-bench-{name}-{}", std::process::id());
        let admin: AdminClient<_> = ClientConfig::new().set("bootstrap.servers", bootstrap).create()?;
        let new = NewTopic::new(&name, partitions, TopicReplication::Fixed(1));
        let results = admin.create_topics([&new], &AdminOptions::new()).await?;
        for result in results {
            result.map_err(|(topic, code)| format!("{topic} cannot be created: {code}"))?;
        }
        Ok(Self { name, admin })
    }

    /// Removes it.
    pub async fn remove(self) -> Result<(), Failure> {
        self.admin.delete_topics(&[&self.name], &AdminOptions::new()).await?;
        Ok(())
    }

    /// Produces `count` records of `bytes` bytes, in turns to `partitions` partitions.
    pub fn fill(&self, bootstrap: &str, count: usize, bytes: usize, partitions: i32) -> Result<(), Failure> {
        let producer: ThreadedProducer<_> = ClientConfig::new()
            .set("bootstrap.servers", bootstrap)
            .set("linger.ms", "20")
            .set("batch.num.messages", "10000")
            .set("queue.buffering.max.messages", "100000")
            .create()?;
        let value = vec![b'x'; bytes];
        for number in 0..count {
            let partition = i32::try_from(number % usize::try_from(partitions)?)?;
            let mut record = BaseRecord::<(), _>::to(&self.name).payload(&value).partition(partition);
            while let Err((error, back)) = producer.send(record) {
                if error != KafkaError::MessageProduction(RDKafkaErrorCode::QueueFull) {
                    return Err(error.into());
                }
                record = back;
                std::thread::sleep(Duration::from_millis(1));
            }
        }
        producer.flush(Duration::from_secs(60))?;
        Ok(())
    }
}
