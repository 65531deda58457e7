//! The ledger in memory: one mutex, so every method is atomic and the order of calls is the order of
//! effects. Decisions and their bookkeeping are `gateway-ledger`'s, as in the real adapter.

mod catalogue;
mod dead_letters;
mod dispatch;
mod inspect;
mod letter_acts;
mod payments;
mod reservations;
mod review;
mod state;
mod stock;
mod watch;

use std::sync::{Mutex, MutexGuard, PoisonError};

pub use inspect::Rows;
use state::State;

/// Products, reservations, payments, their timelines, and dead letters.
#[derive(Debug, Default)]
pub struct MemoryLedger {
    state: Mutex<State>,
}

impl MemoryLedger {
    /// An empty ledger.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A panic of another test thread leaves the state as it was: each method writes at its end.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
