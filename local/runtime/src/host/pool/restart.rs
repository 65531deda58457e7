//! A function's environments are replaced, or one of them is started before the first call.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::Pool;
use super::state::State;

impl Pool {
    /// The environments that are there finish their calls and end; further calls get new ones.
    pub(in crate::host) fn restart(self: &Arc<Self>) {
        let mut state = self.lock();
        state.outdate();
        // What failed was the old code.
        self.crashes_in_a_row.store(0, Ordering::Relaxed);
        self.start_if_wanted(state, 0);
    }

    /// Starts the first environment before there is a call.
    pub(in crate::host) fn warm(self: &Arc<Self>) {
        let state = self.lock();
        if state.members.is_empty() && !state.is_closed {
            self.start_another(state);
        }
    }
}

impl State {
    /// No further call reaches the environments that are there: they end once they have none. Those that are being
    /// started end when they ask for work.
    fn outdate(&mut self) {
        self.idle.clear();
        for member in &mut self.members {
            member.is_outdated = true;
            if !member.is_starting {
                member.stop.cancel();
            }
        }
    }

    /// An environment of old code asks for work: it gets none, and ends.
    pub(super) fn turns_away(&self, id: u64) -> bool {
        let outdated = self.members.iter().find(|member| member.id == id && member.is_outdated);
        outdated.inspect(|member| member.stop.cancel()).is_some()
    }
}
