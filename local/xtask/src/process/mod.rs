//! Processes that outlive xtask: started detached, remembered by pid *and* start time, so that a
//! pid the system has given to someone else is never taken for ours.

mod identity;
mod record;
mod start;
mod stop;

pub use identity::{RssKib, identity, resident_kib};
pub use record::Record;
pub use start::{Daemon, forget_cargo, start};
pub use stop::{Stopped, kill, stop};
