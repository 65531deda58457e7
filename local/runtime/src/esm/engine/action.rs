//! What the engine wants done: closed values, carried out at the edge.

use bytes::Bytes;

use super::job::JobId;

/// One decision of the engine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// Invoke the function; answer with [`Engine::invocation_finished`](super::Engine::invocation_finished).
    Deliver(Delivery),
    /// To tell: the records that failed will be delivered again.
    Retry {
        /// How many records failed and are tried again.
        records: usize,
        /// Attempts of `MaximumRetryAttempts` used so far.
        retries_used: u32,
        /// How long until then, in milliseconds.
        wait_ms: i64,
        /// What happened, in words.
        cause: String,
        /// Which records, partition by partition.
        spans: Vec<Span>,
    },
    /// To tell: a failed batch was split and both halves will be delivered.
    Bisect {
        /// Records of the first and of the second half.
        halves: (usize, usize),
        /// What happened, in words.
        cause: String,
        /// Which records, partition by partition.
        spans: Vec<Span>,
    },
    /// Send to the on-failure destination; answer with
    /// [`Engine::letters_finished`](super::Engine::letters_finished).
    SendToDestination {
        /// The job that waits for it.
        job: JobId,
        /// For a topic one for each record, else one for the batch.
        letters: Vec<Letter>,
    },
    /// To tell: records were given up and there is no destination.
    Drop {
        /// How many.
        records: usize,
        /// Why.
        condition: Condition,
        /// Which records, partition by partition.
        spans: Vec<Span>,
    },
    /// The partition's committable offset rose to this.
    Commit {
        /// The partition.
        partition: i32,
        /// The next offset to read.
        offset: i64,
    },
}

/// An event for the function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// The job that waits for it.
    pub job: JobId,
    /// The event.
    pub payload: Bytes,
    /// Records in the event.
    pub records: usize,
    /// 1 is the first delivery of these records.
    pub attempt: u32,
    /// Which records, partition by partition.
    pub spans: Vec<Span>,
}

/// Records of one partition, from the first to the last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// The partition.
    pub partition: i32,
    /// The first record's offset.
    pub first_offset: i64,
    /// The last record's offset.
    pub last_offset: i64,
}

/// One on-failure record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// Partition and offset of each record that it is about: one for a topic, a batch's else.
    pub records: Vec<(i32, i64)>,
    /// The failed record's own key, for a topic.
    pub key: Option<Box<[u8]>>,
    /// The JSON document.
    pub value: Bytes,
}

/// Why records were given up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Condition {
    /// `MaximumRetryAttempts` used up.
    RetriesExhausted,
    /// Older than `MaximumRecordAgeInSeconds`.
    RecordAgeExceeded,
    /// Does not fit into an event.
    MaximumPayloadSizeExceeded,
    /// The schema registry does not know the record's schema.
    SchemaNotFound,
    /// The record cannot be read by its schema.
    DeserializationError,
}

impl Condition {
    /// `requestContext.condition` on a topic.
    ///
    /// AWS names no condition for age on its Kafka pages; ours says what happened.
    pub const fn for_topic(self) -> &'static str {
        match self {
            Self::RetriesExhausted => "RetriesExhausted",
            Self::RecordAgeExceeded => "RecordAgeExceeded",
            Self::MaximumPayloadSizeExceeded => "MaximumPayloadSizeExceeded",
            Self::SchemaNotFound => "SCHEMA_NOT_FOUND",
            Self::DeserializationError => "DESERIALIZATION_ERROR",
        }
    }

    /// `requestContext.condition` in SQS, SNS and S3.
    pub const fn for_batch(self) -> &'static str {
        match self {
            Self::RetriesExhausted => "RetryAttemptsExhausted",
            other => other.for_topic(),
        }
    }
}
