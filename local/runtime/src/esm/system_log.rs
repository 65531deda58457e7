//! AWS's log events of event source mappings (`LoggingConfig.SystemLogLevel`), as JSON lines.

use std::fmt;
use std::sync::Arc;

use serde_json::{Value, json};

use super::config::{EventSource, MappingConfig, SystemLogLevel};

/// Called with a function's name and a line.
type WriteLine = dyn Fn(&str, String) + Send + Sync;

/// Takes a line for the log of a function.
#[derive(Clone)]
pub struct LogSink(Arc<WriteLine>);

impl LogSink {
    /// Calls `write` with the function's name and a line.
    pub fn new(write: impl Fn(&str, String) + Send + Sync + 'static) -> Self {
        Self(Arc::new(write))
    }
}

impl fmt::Debug for LogSink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LogSink")
    }
}

/// Where a mapping stands in one partition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PartitionStand {
    /// The partition.
    pub partition: i32,
    /// The offset that the next record to be produced will have.
    pub end: i64,
    /// The offset of the record read last; `None` where none was since the partition was assigned.
    pub last_read: Option<i64>,
    /// The next offset to read after a restart.
    pub committed: i64,
}

/// The log of one mapping; silent without a level or a sink.
#[derive(Debug)]
pub struct SystemLog {
    sink: Option<LogSink>,
    level: SystemLogLevel,
    function: String,
    head: Value,
    connection: Value,
}

impl SystemLog {
    /// The log of a mapping.
    pub fn new(config: &MappingConfig, sink: Option<LogSink>) -> Self {
        Self {
            sink: sink.filter(|_| config.system_log_level.is_some()),
            level: config.system_log_level.unwrap_or(SystemLogLevel::Warn),
            function: config.function.clone(),
            head: head(config),
            connection: connection(config),
        }
    }

    /// Whether anybody reads events of this level.
    pub fn is_read_at(&self, level: SystemLogLevel) -> bool {
        self.sink.is_some() && level >= self.level
    }

    /// `ESM_PROCESSING_EVENT`: something went wrong around the function.
    pub fn problem(&self, code: &str, message: &str) {
        self.write(
            SystemLogLevel::Warn,
            "ESM_PROCESSING_EVENT",
            || json!({"error": {"errorMessage": message, "errorCode": code}}),
        );
    }

    /// `POLLER_STATUS_EVENT`: what is assigned now, of how many partitions, if that is known.
    pub fn assigned(&self, partitions: &[i32], generation: u64, total: Option<usize>) {
        self.write(SystemLogLevel::Info, "POLLER_STATUS_EVENT", || {
            let mut connection = self.connection.clone();
            let topic = connection["topics"][0].as_str().unwrap_or_default().to_owned();
            let names = partitions.iter().map(|partition| format!("{topic}-{partition}"));
            connection["assignedPartitions"] = names.collect();
            connection["assignedPartitionCount"] = partitions.len().into();
            connection["totalPartitionCount"] = total.into();
            connection["partitionsAssignmentGeneration"] = generation.into();
            json!({ "kafkaEventSourceConnection": connection })
        });
    }

    /// `KAFKA_STATUS_EVENT`: where a partition stands.
    pub fn offsets(&self, stand: &PartitionStand) {
        self.write(SystemLogLevel::Debug, "KAFKA_STATUS_EVENT", || {
            json!({"kafkaPartitionOffsets": {
                "partition": stand.partition,
                "endOffset": stand.end,
                "consumedOffset": stand.last_read.unwrap_or(stand.committed - 1),
                "processedOffset": stand.committed - 1,
                "committedOffset": stand.committed,
            }})
        });
    }

    fn write(&self, level: SystemLogLevel, event: &str, content: impl FnOnce() -> Value) {
        let Some(LogSink(sink)) = self.sink.as_ref().filter(|_| level >= self.level) else { return };
        let mut line = self.head.clone();
        line["eventType"] = event.into();
        line["logLevel"] = format!("{level:?}").to_uppercase().into();
        line["timestamp"] = jiff::Timestamp::now().as_millisecond().into();
        if let (Value::Object(line), Value::Object(content)) = (&mut line, content()) {
            line.extend(content);
        }
        sink(&self.function, line.to_string());
    }
}

fn head(config: &MappingConfig) -> Value {
    let place = config.function_arn.split(":function:").next().unwrap_or_default();
    let mut head = json!({
        "resourceArn": format!("{place}:event-source-mapping:{}", config.uuid),
        "eventProcessorId": format!("{}/0", config.uuid),
    });
    if let EventSource::Msk { cluster_arn } = &config.source {
        head["eventSourceArn"] = cluster_arn.as_str().into();
    }
    head
}

fn connection(config: &MappingConfig) -> Value {
    json!({
        "brokerEndpoints": config.bootstrap_servers,
        "consumerId": format!("{}-0", config.uuid),
        "topics": [config.topic],
        "consumerGroupId": config.consumer_group_id,
        "securityProtocol": config.source_access.security_protocol(),
        "saslMechanism": config.source_access.sasl_mechanism(),
    })
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;
    use crate::esm::testing::config;

    fn logged(level: Option<SystemLogLevel>) -> Vec<Value> {
        let lines = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&lines);
        let sink = LogSink::new(move |function, line| {
            assert_eq!(function, "pay");
            kept.lock().unwrap().push(serde_json::from_str::<Value>(&line).unwrap());
        });
        let log = SystemLog::new(&MappingConfig { system_log_level: level, ..config() }, Some(sink));
        let stand = PartitionStand { partition: 0, end: 5_004, last_read: None, committed: 5_004 };
        log.offsets(&stand);
        log.assigned(&[0, 2], 3, Some(4));
        log.problem("Timeout", "no answer");
        lines.lock().unwrap().clone()
    }

    #[test]
    fn a_level_lets_through_what_is_as_serious() {
        let kinds = |level| {
            logged(level).iter().map(|e| e["eventType"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        let all = ["KAFKA_STATUS_EVENT", "POLLER_STATUS_EVENT", "ESM_PROCESSING_EVENT"];
        assert_eq!(kinds(Some(SystemLogLevel::Debug)), all);
        assert_eq!(kinds(Some(SystemLogLevel::Info)), all[1..]);
        assert_eq!(kinds(Some(SystemLogLevel::Warn)), all[2..]);
        assert!(kinds(None).is_empty());
    }

    #[test]
    fn events_read_as_in_the_developer_guide() {
        let events = logged(Some(SystemLogLevel::Debug));
        let offsets = json!({"partition": 0, "endOffset": 5_004, "consumedOffset": 5_003, "processedOffset": 5_003, "committedOffset": 5_004});
        assert_eq!(events[0]["kafkaPartitionOffsets"], offsets);
        let connection = &events[1]["kafkaEventSourceConnection"];
        assert_eq!(connection["assignedPartitions"], json!(["pay-0", "pay-2"]));
        let counts = (&connection["assignedPartitionCount"], &connection["totalPartitionCount"]);
        assert_eq!(counts, (&json!(2), &json!(4)));
        assert_eq!(connection["securityProtocol"], "PLAINTEXT");
        assert_eq!(events[2]["error"], json!({"errorMessage": "no answer", "errorCode": "Timeout"}));
        let arn =
            "arn:aws:lambda:us-east-1:123456789012:event-source-mapping:8f2d1c3e-0000-4000-8000-000000000001";
        assert!(events.iter().all(|event| event["resourceArn"] == arn));
    }
    #[test]
    fn what_was_read_is_told_as_it_is_numbered() {
        let lines = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&lines);
        let sink = LogSink::new(move |_, line| {
            kept.lock().unwrap().push(serde_json::from_str::<Value>(&line).unwrap())
        });
        let level = Some(SystemLogLevel::Debug);
        let log = SystemLog::new(&MappingConfig { system_log_level: level, ..config() }, Some(sink));
        log.offsets(&PartitionStand { partition: 0, end: 40, last_read: Some(37), committed: 13 });
        let mut offsets =
            json!({"partition": 0, "endOffset": 40, "processedOffset": 12, "committedOffset": 13});
        offsets["consumedOffset"] = 37.into();
        assert_eq!(lines.lock().unwrap()[0]["kafkaPartitionOffsets"], offsets);
    }
}
