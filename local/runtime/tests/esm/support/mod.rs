//! A broker in this process, and a function that does as it is told.
#![allow(dead_code, reason = "each test file uses what it needs")]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test stops where its stage cannot be set")]

pub mod broker;
pub mod function;

use std::future::Future;
use std::time::Duration;

use esm_local::esm::config::{EventSource, MappingConfig, SourceAccess, StartingPosition};
use esm_local::esm::{EsmOptions, MappingHandle};

/// Longer than anything here takes, on a busy machine too.
pub const PATIENCE: Duration = Duration::from_secs(40);

/// Shows the mapping's log where `RUST_LOG` asks for it.
pub fn log() {
    let filter = tracing_subscriber::EnvFilter::from_default_env();
    let _ = tracing_subscriber::fmt().with_env_filter(filter).with_test_writer().try_init();
}

/// A mapping of `topic` with AWS's defaults, window 0.
pub fn mapping(bootstrap_servers: &str, topic: &str) -> MappingConfig {
    MappingConfig {
        id: format!("Function{topic}"),
        uuid: "8f2d1c3e-0000-4000-8000-000000000001".to_owned(),
        function: "function".to_owned(),
        function_arn: "arn:aws:lambda:us-east-1:123456789012:function:function".to_owned(),
        source: EventSource::SelfManaged,
        bootstrap_servers: bootstrap_servers.to_owned(),
        topic: topic.to_owned(),
        consumer_group_id: format!("group-{topic}"),
        enabled: true,
        batch_size: 100,
        maximum_batching_window: Duration::ZERO,
        starting_position: StartingPosition::TrimHorizon,
        report_batch_item_failures: true,
        bisect_batch_on_function_error: false,
        maximum_retry_attempts: None,
        maximum_record_age: None,
        on_failure: None,
        filter_patterns: Vec::new(),
        provisioned_pollers: None,
        source_access: SourceAccess::default(),
        schema_registry: None,
        system_log_level: None,
    }
}

/// Options that make tests quick: the mock broker answers an empty fetch only after `fetch_wait`.
pub fn quick() -> EsmOptions {
    log();
    EsmOptions {
        fetch_wait: Duration::from_millis(10),
        retry_backoff_min: Duration::from_millis(5),
        retry_backoff_max: Duration::from_millis(20),
        commit_interval: Duration::from_millis(5),
        drain_timeout: Duration::from_secs(10),
        topic_check_interval: Duration::from_millis(200),
        ..EsmOptions::default()
    }
}

/// Waits until `condition` holds.
pub async fn eventually<F: Future<Output = bool>>(what: &str, condition: impl Fn() -> F) {
    let polling = async {
        let mut tick = tokio::time::interval(Duration::from_millis(5));
        while !condition().await {
            tick.tick().await;
        }
    };
    assert!(tokio::time::timeout(PATIENCE, polling).await.is_ok(), "not in time: {what}");
}

/// Waits until the mapping has committed `offset` in `partition`.
pub async fn committed(handle: &MappingHandle, partition: i32, offset: i64) {
    eventually(&format!("commit of {offset} in partition {partition}"), || async {
        let status = handle.status().await.expect("the mapping runs");
        status.partitions.iter().any(|p| p.partition == partition && p.committed == Some(offset))
    })
    .await;
}
