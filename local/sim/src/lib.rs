//! The whole gateway in one process, one thread and one seed.
//!
//! The functions are the deployed ones, their ports the memory adapters (which pass the same suites as
//! the real ones), the mappings' decisions the local runtime's own engine, and time-outs, batch sizes
//! and schedules the template's. Around them stand a virtual clock, a PSP, buyers, and faults: crashes
//! at any await point, redelivery, rebalances, stalls, lost answers. Then faults stop, all comes to
//! rest, and checkers that know neither the buyers nor the gateway's rules look at what is left.
//!
//! The same seed is the same run, to the bit. A run that fails shrinks to the few faults and buyers
//! that it takes.
//!
//! Deliberately absent: servers, sockets, threads, the machine's clock. What the real adapters do is
//! tested against the real servers.

pub mod actor;
pub mod cdc;
pub mod chance;
pub mod check;
pub mod env;
pub mod esm;
mod functions;
pub mod history;
pub mod planted;
mod ports;
pub mod psp;
pub mod records;
mod run;
pub mod runtime;
pub mod setting;
mod shrink;
mod sweep;
mod workload;
pub mod world;

pub use check::Violation;
pub use planted::Planted;
pub use run::{Case, Ended, run};
pub use setting::Setting;
pub use shrink::{Shrunk, shrink};
pub use sweep::{Sweep, Swept};
