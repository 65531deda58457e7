//! The message log: Kafka.

use std::future::Future;
use std::sync::Arc;

use crate::PortError;

/// A record to produce.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutgoingRecord {
    /// Where to.
    pub topic: &'static str,
    /// What it is ordered by: the reservation's id.
    pub key: String,
    /// JSON.
    pub value: Vec<u8>,
    /// Such as `traceparent`.
    pub headers: Vec<(String, String)>,
}

/// Where a produced record stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Delivered {
    /// The partition.
    pub partition: i32,
    /// The offset.
    pub offset: i64,
}

/// Produces records: pipelined, acknowledged by all in-sync replicas, awaited.
pub trait MessageLog: Send + Sync {
    /// Produces all and answers for each in the same order. Records of the same key keep their order:
    /// a failed one's successors of the same key are not answered as delivered before it is.
    fn produce(
        &self,
        records: Vec<OutgoingRecord>,
    ) -> impl Future<Output = Vec<Result<Delivered, PortError>>> + Send;
}

/// One log for all who produce in an environment.
impl<T: MessageLog> MessageLog for Arc<T> {
    fn produce(
        &self,
        records: Vec<OutgoingRecord>,
    ) -> impl Future<Output = Vec<Result<Delivered, PortError>>> + Send {
        (**self).produce(records)
    }
}
