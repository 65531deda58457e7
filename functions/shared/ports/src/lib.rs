//! What a step needs from the outside world, one capability a trait, in the domain's words.
//!
//! What must be atomic is one method. Each adapter of a port, the in-memory one included, passes
//! the same suite (`gateway-conformance`). Methods return `impl Future + Send` so that handlers can
//! be generic over them without boxing.

pub mod attempts;
pub mod catalogue;
pub mod claims;
pub mod clock;
pub mod dead_letters;
pub mod error;
pub mod index;
pub mod ledger;
pub mod log;
pub mod provider;
pub mod reservations;
pub mod review;
pub mod span;
pub mod stock;
pub mod timeline;
pub mod watch;

pub use clock::Clock;
pub use error::PortError;
