//! Functions behind a Kafka event source mapping.

mod batch;
mod by_key;
mod emit;
mod event;
mod record;
mod response;
mod serve;

pub use batch::run_batch;
pub use by_key::each_by_key;
pub use emit::{emit, outgoing};
pub use event::KafkaEvent;
pub use record::{Outcome, RawRecord, Record, Step, decode_json};
pub use response::{BatchItemFailure, ItemIdentifier, KafkaBatchResponse};
pub use serve::serve;
