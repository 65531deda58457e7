//! What the local runtime lets you choose where AWS gives no choice.

use std::time::Duration;

use super::backoff::Backoff;
use super::engine::EngineOptions;
use super::places::DestinationPlaces;
use super::system_log::LogSink;

/// Choices that hold for every mapping of a runtime.
#[derive(Debug, Clone)]
pub struct EsmOptions {
    /// Invocations of one mapping at the same time, at most: the function's environments. Each
    /// partition is in one of them at most, so the partitions assigned limit it too, and in
    /// provisioned mode the pollers (5 each).
    pub max_concurrent_invocations: usize,
    /// The first wait after a failure.
    pub retry_backoff_min: Duration,
    /// The longest wait after a failure.
    pub retry_backoff_max: Duration,
    /// How long calls in flight may take when partitions are given away or the mapping stops; the directory
    /// makes it the function's time-out where that is longer.
    pub drain_timeout: Duration,
    /// Offsets are committed at once, but not more often than this.
    pub commit_interval: Duration,
    /// How long the broker holds an empty fetch. Records are answered at once whatever it is;
    /// shorter costs idle processor time, longer delays a partition whose buffer was full.
    pub fetch_wait: Duration,
    /// After this without a heartbeat the group gives a dead runtime's partitions to another.
    pub session_timeout: Duration,
    /// How often a topic that does not exist yet, or new partitions, are looked for.
    pub topic_check_interval: Duration,
    /// How often the pollers of the provisioned mode are fitted to the lag. AWS: three times as fast
    /// as on demand, where it is every minute.
    pub poller_scaling_interval: Duration,
    /// Where SQS, SNS and S3 destinations lead.
    pub destinations: DestinationPlaces,
    /// Takes AWS's log events, where a mapping's `LoggingConfig` asks for them.
    pub log_sink: Option<LogSink>,
    /// Further librdkafka properties for consumers and producers, such as `security.protocol`.
    pub kafka_properties: Vec<(String, String)>,
}

impl Default for EsmOptions {
    fn default() -> Self {
        Self {
            max_concurrent_invocations: 16,
            retry_backoff_min: Duration::from_millis(100),
            retry_backoff_max: Duration::from_secs(10),
            drain_timeout: Duration::from_secs(30),
            commit_interval: Duration::from_millis(50),
            fetch_wait: Duration::from_millis(750),
            session_timeout: Duration::from_secs(6),
            topic_check_interval: Duration::from_secs(5),
            poller_scaling_interval: Duration::from_secs(5),
            destinations: DestinationPlaces::default(),
            log_sink: None,
            kafka_properties: Vec::new(),
        }
    }
}

impl EsmOptions {
    pub(super) fn engine_options(&self, seed: u64) -> EngineOptions {
        let ms = |wait: Duration| i64::try_from(wait.as_millis()).unwrap_or(i64::MAX);
        EngineOptions {
            concurrent_invocations_max: self.max_concurrent_invocations,
            backoff: Backoff { min_ms: ms(self.retry_backoff_min), max_ms: ms(self.retry_backoff_max) },
            seed,
        }
    }
}
