//! One Kafka record: as it comes off the broker, and as the mapping keeps it.

use bytes::{Bytes, BytesMut};

use super::event::write_record;

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
    /// The record's object in the event: a part of a larger piece of memory that its neighbours are in too.
    pub json: Bytes,
}

impl Record {
    /// Encodes what the broker sent.
    pub fn from_raw(raw: &RawRecord<'_>) -> Self {
        Encoder::default().record(raw)
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

/// Memory of one piece at most, unless a record is larger.
const PIECE_BYTES_MAX: usize = 64 * 1024;

/// Encodes records of one partition that come one after the other.
///
/// They are given up one after the other too, so they share memory: a piece of it is asked for once in some
/// hundred records, and a record that stays holds its neighbours at most.
#[derive(Debug, Default)]
pub struct Encoder {
    scratch: Vec<u8>,
    piece: BytesMut,
    /// Grows with what comes: a single record takes no more memory than it needs.
    next_piece_bytes: usize,
}

impl Encoder {
    /// What comes from now on shares nothing with what came before.
    pub fn start_anew(&mut self) {
        self.piece = BytesMut::new();
        self.next_piece_bytes = 0;
        if self.scratch.capacity() > PIECE_BYTES_MAX {
            self.scratch = Vec::new();
        }
    }

    /// Encodes what the broker sent.
    pub fn record(&mut self, raw: &RawRecord<'_>) -> Record {
        self.scratch.clear();
        write_record(&mut self.scratch, raw);
        Record {
            partition: raw.partition,
            offset: raw.offset,
            timestamp_ms: raw.timestamp.epoch_ms(),
            key: raw.key.map(Box::from),
            json: self.kept(),
        }
    }

    fn kept(&mut self) -> Bytes {
        let bytes = self.scratch.len();
        if self.piece.capacity() < bytes {
            self.piece = BytesMut::with_capacity(self.next_piece_bytes.max(bytes));
            self.next_piece_bytes = (self.piece.capacity() * 2).min(PIECE_BYTES_MAX);
        }
        self.piece.extend_from_slice(&self.scratch);
        self.piece.split().freeze()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RAW: RawRecord<'static> = RawRecord {
        topic: "t",
        partition: 0,
        offset: 0,
        timestamp: Timestamp::CreateTime(1),
        key: Some(b"k"),
        value: Some(b"v"),
        headers: &[],
        key_schema: None,
        value_schema: None,
    };

    #[test]
    fn records_that_share_memory_are_what_they_are_alone() {
        let mut encoder = Encoder::default();
        let large = vec![b'x'; 2 * PIECE_BYTES_MAX];
        let records: Vec<Record> = (0..2_000)
            .map(|offset| {
                if offset % 700 == 0 {
                    encoder.start_anew();
                }
                let value: &[u8] = if offset % 500 == 0 { &large } else { b"small" };
                encoder.record(&RawRecord { offset, value: Some(value), ..RAW })
            })
            .collect();
        for (offset, record) in (0..).zip(&records) {
            let value: &[u8] = if offset % 500 == 0 { &large } else { b"small" };
            assert_eq!(*record, Record::from_raw(&RawRecord { offset, value: Some(value), ..RAW }));
        }
    }

    #[test]
    fn a_single_record_takes_the_memory_it_needs_and_many_share_theirs() {
        let mut encoder = Encoder::default();
        let first = encoder.record(&RAW);
        assert_eq!(encoder.piece.capacity(), 0, "{first:?}");
        let bytes = first.json.len();
        let pieces = (0..10_000).filter(|_| {
            let is_new = encoder.piece.capacity() < bytes;
            encoder.record(&RAW);
            is_new
        });
        assert!(pieces.count() < 10_000 * bytes / PIECE_BYTES_MAX + 20);
    }
}
