//! Schedules: `rate(…)`, `cron(…)` and `at(…)`, the events AWS sends for them, and the
//! loop that calls the functions.
//!
//! AWS's shortest rate is a minute; here `rate(1 second)` and `rate(200 milliseconds)` are
//! allowed too, so that what polls each minute on AWS need not be waited for on a laptop.

mod cron;
mod event;
mod expression;
mod run;
mod timing;
mod zone;

pub use cron::Cron;
pub use event::event;
pub use expression::Expression;
pub use run::{Runner, run};
pub use timing::Timing;
pub use zone::time_zone;
