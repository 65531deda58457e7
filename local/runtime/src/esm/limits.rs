//! AWS's limits of a Kafka event source mapping, and ours, in one place.

use std::time::Duration;

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

/// Bytes of records that wait in a mapping for a batch, all partitions together: each reads one batch
/// ahead, which for a thousand partitions of large records would be more than a machine has.
pub const READ_AHEAD_BYTES_MAX: usize = 256 * 1024 * 1024;

/// Records of a partition that are read and not in its finished prefix: behind a record that is
/// tried again and again, even those that the filters remove have to be remembered.
pub const UNFINISHED_RECORDS_MAX: usize = 1_000_000;

/// On-failure records handed to the producer before its acknowledgements are awaited.
pub const LETTERS_IN_FLIGHT_MAX: usize = 500;

/// Invocations that one event poller of the provisioned mode has at a time, at most.
pub const INVOCATIONS_PER_POLLER: usize = 5;

/// `MinimumPollers` at most.
pub const MINIMUM_POLLERS_MAX: u16 = 200;

/// `MaximumPollers` at most.
pub const MAXIMUM_POLLERS_MAX: u16 = 2_000;

/// `MaximumPollers` where the template gives none.
pub const MAXIMUM_POLLERS_DEFAULT: u16 = 200;

/// `MaximumRecordAgeInSeconds` at least, where it is not −1.
pub const RECORD_AGE_SECONDS_MIN: i64 = 60;

/// Characters of a topic's name at most.
pub const TOPIC_CHARS_MAX: usize = 249;

/// Characters of a `ConsumerGroupId` at most.
pub const GROUP_CHARS_MAX: usize = 200;

/// `Timeout` of a function behind Kafka at most.
pub const TIMEOUT_MAX: Duration = Duration::from_secs(14 * 60);

/// Schemas that a mapping keeps; a topic has a few.
pub const SCHEMAS_MAX: usize = 1_000;

/// How long, in milliseconds, the registry is believed that a schema is missing or of no use here: it may
/// be registered, or the registry loaded, the next moment.
pub const SCHEMA_DOUBT_MS: i64 = 3_000;
