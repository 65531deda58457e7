//! The event's JSON, byte for byte as AWS lays it out.
//!
//! Written straight into bytes: a batch of 10,000 records is one copy of what was encoded when
//! the records were read.

mod envelope;
mod json;
mod record_json;

pub use envelope::Envelope;
pub use record_json::write_record;
