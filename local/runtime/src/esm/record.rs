//! One Kafka record: as it comes off the broker, and as the mapping keeps it.

/// A record as the client lends it: everything borrowed, nothing decoded.
#[derive(Debug, Clone, Copy)]
pub struct RawRecord<'a> {
    /// Topic it was read from.
    pub topic: &'a str,
    /// Partition it was read from.
    pub partition: i32,
    /// Its offset.
    pub offset: i64,
    /// When it was made or appended.
    pub timestamp: Timestamp,
    /// The key, where it has one.
    pub key: Option<&'a [u8]>,
    /// The value; `None` is a tombstone.
    pub value: Option<&'a [u8]>,
    /// The headers in their order; names may repeat.
    pub headers: &'a [(&'a str, Option<&'a [u8]>)],
    /// The schema by which the key was read, where the mapping validates it.
    pub key_schema: Option<SchemaMetadata>,
    /// The schema by which the value was read, where the mapping validates it.
    pub value_schema: Option<SchemaMetadata>,
}

/// A schema as the event names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SchemaMetadata {
    /// `dataFormat`: `AVRO` or `JSON`.
    pub data_format: &'static str,
    /// `schemaId`.
    pub schema_id: u32,
}

/// A record's time and what kind of time it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Timestamp {
    /// Set by the producer, epoch milliseconds.
    CreateTime(i64),
    /// Set by the broker, epoch milliseconds.
    LogAppendTime(i64),
    /// A message format without times.
    NotAvailable,
}

impl Timestamp {
    /// Epoch milliseconds, where there is a time.
    pub const fn epoch_ms(self) -> Option<i64> {
        match self {
            Self::CreateTime(ms) | Self::LogAppendTime(ms) => Some(ms),
            Self::NotAvailable => None,
        }
    }
}

/// A record as the mapping keeps it until it is finished.
///
/// Its JSON is written once, when it is read: retries, bisected batches and on-failure records
/// copy these bytes, and the 6 MB limit is counted exactly.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// Partition it was read from.
    pub partition: i32,
    /// Its offset.
    pub offset: i64,
    /// Epoch milliseconds, where it has a time.
    pub timestamp_ms: Option<i64>,
    /// The key, for the on-failure record.
    pub key: Option<Box<[u8]>>,
    /// The record's object in the event.
    pub json: Box<[u8]>,
}

impl Record {
    /// Encodes what the broker sent.
    pub fn from_raw(raw: &RawRecord<'_>) -> Self {
        Self {
            partition: raw.partition,
            offset: raw.offset,
            timestamp_ms: raw.timestamp.epoch_ms(),
            key: raw.key.map(Box::from),
            json: super::event::record_json(raw).into_boxed_slice(),
        }
    }

    /// The same record with the key that the producer gave it, before a registry's schema was applied.
    #[must_use]
    pub fn with_key(self, key: Option<&[u8]>) -> Self {
        Self { key: key.map(Box::from), ..self }
    }

    /// Whether it is older than `age_ms_max` at `now_ms`; a record without a time never is.
    pub fn is_older_than(&self, age_ms_max: i64, now_ms: i64) -> bool {
        self.timestamp_ms.is_some_and(|at_ms| now_ms.saturating_sub(at_ms) > age_ms_max)
    }
}
