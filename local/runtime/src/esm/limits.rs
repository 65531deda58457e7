//! AWS's limits of a Kafka event source mapping, and ours, in one place.

/// The largest event the Invoke API takes: 6 MB (`6,291,456` bytes); not modifiable.
pub const PAYLOAD_BYTES_MAX: usize = 6 * 1024 * 1024;

/// `BatchSize` at most.
pub const BATCH_SIZE_MAX: usize = 10_000;

/// `MaximumRetryAttempts` where it is −1 and there is an on-failure destination.
pub const RETRIES_WITH_DESTINATION: u32 = 10;

/// Filters of one mapping at most (AWS: 5, by quota increase 10).
pub const FILTERS_MAX: usize = 10;

/// Characters of one filter pattern at most.
pub const FILTER_PATTERN_CHARS_MAX: usize = 4096;

/// Records taken from the broker's queues before the mapping looks at anything else.
pub const INTAKE_RECORDS_PER_TURN: usize = 1_000;

/// On-failure records handed to the producer before its acknowledgements are awaited.
pub const LETTERS_IN_FLIGHT_MAX: usize = 500;
