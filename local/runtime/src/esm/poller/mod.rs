//! The edge of a mapping: a Kafka consumer, the function, the on-failure destination, the clock.
//!
//! One task for each mapping owns the consumer and the [`Engine`](super::engine::Engine) and never
//! blocks: the client's queues wake it, calls run in tasks of their own, and a revocation is answered
//! when its partitions are drained. Every partition has a queue of its own that is read only as
//! far as the engine wants records, so a slow partition holds back nobody but itself and nothing
//! is fetched twice: librdkafka stops fetching for a queue that is full.

mod assignment;
mod calls;
mod client;
mod commits;
mod context;
mod destination;
mod drain;
mod handle;
mod intake;
mod log_assignment;
mod receive;
mod registry_client;
mod report;
mod scaling;
mod schema_desk;
mod session;
mod start;
mod supervise;
mod turn;

pub(crate) use destination::Destination;
pub use handle::MappingHandle;
pub use start::{Mapping, StartError};
