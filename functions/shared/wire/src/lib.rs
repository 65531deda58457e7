//! What travels between the steps and to the callers: Kafka messages and HTTP bodies.
//!
//! Every shape has a golden file in `events/golden/`; a test reads and writes each. Fields may be
//! added (with a default), never renamed. No type here can hold a card number or code.

pub mod convert;
pub mod dead_letter;
pub mod http;
pub mod messages;
pub mod money;
#[cfg(feature = "schema")]
pub mod schema;
pub mod time;
pub mod topics;
pub mod trace;

pub use dead_letter::{DeadLetter, DeadLetterCause, RecordOrigin};
pub use messages::{AttemptCompleted, AttemptRequested, PaymentRequested, RetryRequested};
pub use trace::TraceContext;
