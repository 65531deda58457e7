//! The topics of the template's `Metadata.KafkaTopics`.

use esm_local::template::Template;
use rdkafka::ClientConfig;
use rdkafka::admin::{AdminClient, AdminOptions, NewTopic, TopicReplication};
use rdkafka::client::DefaultClientContext;
use rdkafka::types::RDKafkaErrorCode;
use serde::Deserialize;

use crate::gateway::Failure;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Topic {
    name: String,
    partitions: i32,
    retention_ms: i64,
}

/// Creates those that are missing.
pub async fn create(brokers: &str, template: &Template) -> Result<String, Failure> {
    let wanted = read(template)?;
    let retention: Vec<_> = wanted.iter().map(|topic| topic.retention_ms.to_string()).collect();
    let new: Vec<_> = wanted
        .iter()
        .zip(&retention)
        .map(|(topic, retention)| {
            NewTopic::new(&topic.name, topic.partitions, TopicReplication::Fixed(1))
                .set("retention.ms", retention)
        })
        .collect();
    let client: AdminClient<DefaultClientContext> = ClientConfig::new()
        .set("bootstrap.servers", brokers)
        .create()
        .map_err(|error| Failure(format!("topics: {error}")))?;
    let results = client
        .create_topics(&new, &AdminOptions::new())
        .await
        .map_err(|error| Failure(format!("topics: {error}")))?;
    let mut made = 0;
    for result in results {
        match result {
            Ok(_) => made += 1,
            Err((_, RDKafkaErrorCode::TopicAlreadyExists)) => {}
            Err((topic, code)) => return Err(Failure(format!("topic {topic} was not made: {code}"))),
        }
    }
    Ok(format!("topics: {made} made, {} there", wanted.len() - made))
}

fn read(template: &Template) -> Result<Vec<Topic>, Failure> {
    let metadata = template.metadata().map_err(|error| Failure(error.to_string()))?;
    serde_json::from_value(metadata["KafkaTopics"].clone()).map_err(|error| {
        Failure(format!(
            "Metadata.KafkaTopics of the template: {error}; each entry has Name, Partitions, RetentionMs"
        ))
    })
}
