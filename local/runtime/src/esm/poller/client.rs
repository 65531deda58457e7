//! The Kafka clients' settings.

use std::time::Duration;

use rdkafka::ClientConfig;

use crate::esm::config::MappingConfig;
use crate::esm::options::EsmOptions;

/// Bytes that librdkafka fetches ahead for one partition at most; beyond, it stops fetching for it.
///
/// A partition that was full is fetched again only when the long poll of its idle neighbours has
/// ended, so this is what it lives on for up to `fetch_wait`. With 2,000 records instead, a topic
/// with one busy partition of four was measured at 8,600 records/s; like this at 248,000.
const FETCH_AHEAD_KBYTES: usize = 16 * 1024;

/// For a topic of many partitions it is less for each, so that a function that is slow fills no memory
/// without bounds; and never less than half of what the broker sends of a partition at a time.
const FETCH_AHEAD_KBYTES_MIN: usize = 512;
const FETCH_AHEAD_KBYTES_IN_ALL: usize = 512 * 1024;

/// Records that librdkafka fetches ahead for one partition, if the bytes allow it.
const FETCH_AHEAD_RECORDS: usize = 100_000;

/// What is fetched ahead for each of so many partitions, in KB.
pub fn fetch_ahead_kbytes(partitions: usize) -> usize {
    (FETCH_AHEAD_KBYTES_IN_ALL / partitions.max(1)).clamp(FETCH_AHEAD_KBYTES_MIN, FETCH_AHEAD_KBYTES)
}

/// The consumer of a mapping.
///
/// Idle costs one long poll a broker in `fetch_wait`; records end the poll at once
/// (`fetch.min.bytes=1`). What has no committed offset is positioned explicitly (see
/// `assignment`), or by the reset policy where that means the same; else the policy only answers
/// offsets that retention has removed: the oldest that is left.
pub fn consumer_config(
    config: &MappingConfig,
    options: &EsmOptions,
    fetch_ahead_kbytes: usize,
) -> ClientConfig {
    let mut client = base_config(config);
    client
        .set("client.id", format!("{}-0", config.uuid))
        .set("group.id", &config.consumer_group_id)
        .set("enable.auto.commit", "false")
        .set("enable.auto.offset.store", "false")
        .set(RESET_POLICY, "earliest")
        .set("partition.assignment.strategy", "cooperative-sticky")
        .set("allow.auto.create.topics", "false")
        .set("session.timeout.ms", millis(options.session_timeout))
        .set("heartbeat.interval.ms", millis(options.session_timeout / 3))
        // The group waits as long for partitions that are given back: calls in flight are to end before.
        .set("max.poll.interval.ms", millis(REBALANCE_MIN.max(options.drain_timeout + REBALANCE_MARGIN)))
        .set("topic.metadata.refresh.interval.ms", millis(options.topic_check_interval))
        .set("fetch.min.bytes", "1")
        .set("fetch.wait.max.ms", millis(options.fetch_wait))
        .set("fetch.queue.backoff.ms", "10")
        .set("fetch.error.backoff.ms", "100")
        .set("queued.min.messages", FETCH_AHEAD_RECORDS.to_string())
        .set("queued.max.messages.kbytes", fetch_ahead_kbytes.to_string());
    apply_properties(&mut client, options);
    client
}

/// The reset policy's property.
const RESET_POLICY: &str = "auto.offset.reset";

/// Whether the properties replace the reset policy, so that it may not stand for a starting position.
pub fn has_own_reset_policy(options: &EsmOptions) -> bool {
    options.kafka_properties.iter().any(|(name, _)| name == RESET_POLICY)
}

/// librdkafka's default.
const REBALANCE_MIN: Duration = Duration::from_secs(300);
/// For what follows the last call: its commit.
const REBALANCE_MARGIN: Duration = Duration::from_secs(30);

/// The producer of on-failure records: none is lost or doubled between here and the broker.
pub fn producer_config(config: &MappingConfig, options: &EsmOptions) -> ClientConfig {
    let mut client = base_config(config);
    client
        .set("client.id", format!("{}-on-failure", config.uuid))
        .set("acks", "all")
        .set("enable.idempotence", "true")
        .set("linger.ms", "5")
        .set("message.max.bytes", "16777216")
        .set("delivery.timeout.ms", "10000");
    apply_properties(&mut client, options);
    client
}

fn base_config(config: &MappingConfig) -> ClientConfig {
    let mut client = ClientConfig::new();
    client
        .set("bootstrap.servers", &config.bootstrap_servers)
        .set("reconnect.backoff.ms", "50")
        .set("reconnect.backoff.max.ms", "2000")
        .set("socket.nagle.disable", "true");
    for (name, value) in config.source_access.client_properties() {
        client.set(name, value);
    }
    client
}

fn apply_properties(client: &mut ClientConfig, options: &EsmOptions) {
    for (name, value) in &options.kafka_properties {
        client.set(name, value);
    }
}

fn millis(wait: Duration) -> String {
    wait.as_millis().max(1).to_string()
}
