//! What stands around the records.

use bytes::Bytes;

use super::json::{push_integer, push_string};
use crate::esm::config::{EventSource, MappingConfig};
use crate::esm::record::Record;

/// Everything of the event that is the same for all batches of a mapping.
#[derive(Debug, Clone)]
pub struct Envelope {
    topic: String,
    source_arn: Option<String>,
    bootstrap_servers: String,
    head: Vec<u8>,
}

impl Envelope {
    /// The envelope of a mapping: `aws:kafka` with the cluster's ARN, or `SelfManagedKafka`.
    pub fn new(config: &MappingConfig) -> Self {
        let source_arn = match &config.source {
            EventSource::Msk { cluster_arn } => Some(cluster_arn.clone()),
            EventSource::SelfManaged => None,
        };
        let mut head = b"{\"eventSource\":".to_vec();
        push_string(&mut head, if source_arn.is_some() { "aws:kafka" } else { "SelfManagedKafka" });
        if let Some(arn) = &source_arn {
            head.extend_from_slice(b",\"eventSourceArn\":");
            push_string(&mut head, arn);
        }
        head.extend_from_slice(b",\"bootstrapServers\":");
        push_string(&mut head, &config.bootstrap_servers);
        head.extend_from_slice(b",\"records\":{");
        let bootstrap_servers = config.bootstrap_servers.clone();
        Self { topic: config.topic.clone(), source_arn, bootstrap_servers, head }
    }

    /// The topic of all records.
    pub fn topic(&self) -> &str {
        &self.topic
    }

    /// The cluster's ARN; `None` for a self-managed cluster.
    pub fn source_arn(&self) -> Option<&str> {
        self.source_arn.as_deref()
    }

    /// The brokers as the event names them.
    pub fn bootstrap_servers(&self) -> &str {
        &self.bootstrap_servers
    }

    /// Bytes of an event without records.
    pub const fn base_bytes(&self) -> usize {
        self.head.len() + b"}}".len()
    }

    /// Bytes that a partition adds, at most, before its first record.
    pub const fn group_bytes(&self) -> usize {
        // The partition's number has at most ten digits.
        self.topic.len() + b"\"-\":[],".len() + 10
    }

    /// Bytes that a record adds, at most.
    pub const fn record_bytes(record: &Record) -> usize {
        record.json.len() + b",".len()
    }

    /// Whether an event with this record alone is too large to invoke with.
    pub const fn is_oversize(&self, record: &Record) -> bool {
        self.base_bytes() + self.group_bytes() + Self::record_bytes(record)
            > crate::esm::limits::PAYLOAD_BYTES_MAX
    }

    /// Writes the event of these records, grouped by partition in the given order.
    pub fn event<'a, G, R>(&self, groups: G) -> Bytes
    where
        G: Iterator<Item = (i32, R)> + Clone,
        R: Iterator<Item = &'a Record>,
    {
        let bytes = groups.clone().fold(self.base_bytes(), |sum, (_, records)| {
            sum + self.group_bytes() + records.map(Self::record_bytes).sum::<usize>()
        });
        let mut out = Vec::with_capacity(bytes);
        out.extend_from_slice(&self.head);
        for (i, (partition, records)) in groups.enumerate() {
            if i > 0 {
                out.push(b',');
            }
            self.push_group(&mut out, partition, records);
        }
        out.extend_from_slice(b"}}");
        Bytes::from(out)
    }

    fn push_group<'a>(&self, out: &mut Vec<u8>, partition: i32, records: impl Iterator<Item = &'a Record>) {
        // The topic's characters need no escaping: `[a-zA-Z0-9._-]`.
        out.push(b'"');
        out.extend_from_slice(self.topic.as_bytes());
        out.push(b'-');
        push_integer(out, i64::from(partition));
        out.extend_from_slice(b"\":[");
        for (i, record) in records.enumerate() {
            if i > 0 {
                out.push(b',');
            }
            out.extend_from_slice(&record.json);
        }
        out.push(b']');
    }
}
