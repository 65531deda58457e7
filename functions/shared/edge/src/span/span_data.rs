//! A span as it is told.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use gateway_wire::TraceContext;

/// OpenTelemetry's number of a producer's kind.
pub(super) const PRODUCER: u8 = 4;

/// A span under way, or ended.
#[derive(Debug, Clone)]
pub(super) struct SpanData {
    pub(super) context: TraceContext,
    pub(super) parent_id: Option<u64>,
    pub(super) name: String,
    pub(super) kind: u8,
    /// In nanoseconds since the epoch.
    pub(super) started: u64,
    /// In nanoseconds since the epoch.
    pub(super) ended: u64,
    pub(super) attributes: Vec<(&'static str, Value)>,
    pub(super) links: Vec<TraceContext>,
    pub(super) failed: bool,
}

/// What an attribute says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Value {
    Text(String),
    Number(i64),
    Flag(bool),
}

impl SpanData {
    /// A span that begins now and does not know its place yet.
    pub(super) fn begin(name: &str) -> Self {
        Self {
            context: TraceContext { trace_id: 0, span_id: 0, flags: 1, state: None },
            parent_id: None,
            name: name.to_owned(),
            kind: 1,
            started: now_ns(),
            ended: 0,
            attributes: Vec::new(),
            links: Vec::new(),
            failed: false,
        }
    }

    /// Whether it goes on after its handle is dropped, until what it sends is acknowledged.
    pub(super) const fn is_on_its_way(&self) -> bool {
        self.kind == PRODUCER
    }

    /// The time so long ago, in nanoseconds since the epoch.
    pub(super) fn before(ago: Duration) -> u64 {
        now_ns().saturating_sub(u64::try_from(ago.as_nanos()).unwrap_or(u64::MAX))
    }

    pub(super) fn end(&mut self) {
        self.ended = now_ns();
    }
}

fn now_ns() -> u64 {
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since_epoch.as_nanos()).unwrap_or(u64::MAX)
}
