//! Kafka event source mappings: what AWS does between a topic and a function.
//!
//! ```text
//!            poller (edge)                       engine (pure)                  edge
//!  Kafka ─► partition queues ─► filter ─► buffers ─► batch ─► job ─► Action ─► function
//!                                                      ▲       │           └─► on-failure topic
//!                       commit ◄── tracker ◄── finished┘       └─ retry, bisect, give up
//! ```
//!
//! The parts that decide ([`engine`], [`filter`], [`response`], [`offsets`], [`event`],
//! [`backoff`]) do no I/O and read no clock; [`Mapping::start`] runs them against brokers.
//!
//! # What AWS leaves open, and what we do
//!
//! | AWS | here |
//! |---|---|
//! | **Back-off** between retries: nothing published | 100 ms doubling to 10 s, each wait random in its upper half; both ends are options |
//! | **Partial responses**: "retry just those specific items", no checkpoint rule for Kafka | only those, in order; later records of their partitions wait until they are resolved; other partitions of the batch go on |
//! | **Malformed responses**: only unknown partitions and offsets are documented (whole batch fails) | non-JSON, a string or null identifier, a text offset, an object without `batchItemFailures`: whole batch fails, since guessing "success" would lose records; empty forms (`""`, `{}`, `[]`, `null`, nothing) succeed |
//! | **Bisection** and attempts | splitting takes no attempt (as documented for Kinesis); halves go in order; records named by a partial response are isolated already and are not split; a throttle never splits |
//! | **Attempts after a restart or rebalance** | start anew: they are not stored |
//! | **Age**: no condition string; when checked | `RecordAgeExceeded`; before every delivery, the first one too; a record without a time never expires |
//! | **On-failure topic against S3 page** (`RetriesExhausted` or `RetryAttemptsExhausted`, …) | each destination its own page's form, see [`engine`] |
//! | **S3 object key** | `aws/lambda/<mapping>/<topic>-<partition>/<date>/<time>-<uuid>`, as for other streams |
//! | **On-failure after a partial response** | `responseContext` without `functionError`: the function did not fail |
//! | **Destination fails**: the record is dropped | it is sent again, with back-off, until it is taken; its partition waits. Only what a topic can never take (too large, or refused as invalid) is dropped and counted |
//! | **Null key, null value, null header** | key and value absent (as last reported by users); a null header is `[]`, as typed readers expect a list; `headers` is always there |
//! | **No timestamp** | `-1`, `NO_TIMESTAMP_TYPE` |
//! | **Metadata filters**: documented both ways | supported, see [`filter`] |
//! | **A poll filtered out entirely** | committed like finished records |
//! | **Several partitions in an event** | yes, as AWS's page says; taken in the order in which their oldest records came |
//! | **Batches in flight** | one for each partition, up to the function's environments, and in provisioned mode five for each poller |
//! | **Pollers by lag**: no rule published | see [`pollers`] |
//! | **Schemas**: data without prefix, Avro's JSON | see [`registry`] |
//! | **Access**: the template's secrets are on AWS | a configuration counts where the parameters file gives its secret, else the connection is plain |
//! | **Window's start** | the oldest record of the batch; time spent waiting for its partition counts, so a backlog never waits for windows |
//! | **Retry controls outside of provisioned mode** | honoured always |
//! | **`LATEST`, `AT_TIMESTAMP`** | resolved and committed when a partition is first assigned, so a restart skips nothing |
//! | **A committed offset that retention removed** | the oldest record that is left |
//! | **Isolation level** | librdkafka's `read_committed`; settable through `kafka_properties` |
//! | **When offsets are committed** | when a batch ends, the contiguous finished prefix, at most every 50 ms for each mapping |
//! | **Rebalance, disabling, shutdown** | calls in flight may finish (30 s, or the function's time-out where that is longer), are committed, and only then the partitions are given back; failed records are left to the next owner |
//!
//! Not here: share groups (`ConsumptionMode: Queue`), IAM and OAuth, Protobuf schemas, Glue's own API.

pub mod access;
pub mod backoff;
pub mod config;
pub mod destination_arn;
pub mod directory;
pub mod engine;
pub mod event;
pub mod filter;
pub mod limits;
pub mod metrics;
pub mod offsets;
pub mod options;
pub mod places;
mod poller;
pub mod pollers;
pub mod prometheus;
pub mod record;
pub mod registry;
pub mod response;
pub mod status;
pub mod system_log;
#[cfg(test)]
pub(crate) mod testing;

pub use options::EsmOptions;
pub(crate) use poller::Destination as FailureDestination;
pub use poller::{Mapping, MappingHandle, StartError};
