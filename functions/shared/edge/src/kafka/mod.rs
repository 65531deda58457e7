//! Functions behind a Kafka event source mapping.

mod batch;
mod by_key;
mod emit;
mod event;
mod produce;
mod record;
mod response;
mod serve;

pub use batch::run_batch;
pub use by_key::each_by_key;
pub use emit::{continued, emit, outgoing};
pub use event::KafkaEvent;
pub use produce::{produce, produce_one};
pub(crate) use record::payment_id_of;
pub use record::{Outcome, RawRecord, Record, Step, decode_json};
pub use response::{BatchItemFailure, ItemIdentifier, KafkaBatchResponse};
pub use serve::serve;
