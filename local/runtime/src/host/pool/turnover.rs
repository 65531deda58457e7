//! Environments come and go.

use std::collections::VecDeque;
use std::sync::atomic::Ordering;
use std::sync::{Arc, MutexGuard};
use std::time::{Duration, Instant};

use super::Pool;
use super::state::{Member, State};
use crate::host::environment::{self, Environment};
use crate::host::errors::Failure;
use crate::host::load::Load;
use crate::invoke::InvokeOutcome;

/// The first crash is followed by a new start at once, further ones after this, doubled each time …
const BACK_OFF_FIRST: Duration = Duration::from_millis(100);
/// … up to this.
const BACK_OFF_MAX: Duration = Duration::from_secs(5);

impl Pool {
    /// An environment ended by itself.
    pub(in crate::host) fn crashed(&self) {
        self.counters.crashes.add_one();
        self.crashes_in_a_row.fetch_add(1, Ordering::Relaxed);
    }

    /// An environment has ended; starts another for those who wait.
    pub(in crate::host) fn gone(self: &Arc<Self>, id: u64) {
        let mut state = self.lock();
        state.members.retain(|member| member.id != id);
        state.idle.retain(|idle| idle.id != id);
        self.start_if_wanted(state, 0);
        self.gone.notify_waiters();
    }

    /// An environment could not start: if there is no other, those who wait fail as well, as
    /// each of them would have met the same in an environment of its own.
    pub(in crate::host) fn start_failed(self: &Arc<Self>, id: u64, failure: &Failure) {
        let waiting = {
            let mut state = self.lock();
            let is_last = state.members.len() == 1;
            if is_last { std::mem::take(&mut state.queue) } else { VecDeque::new() }
        };
        self.gone(id);
        for job in waiting {
            self.counters.errors.add_one();
            // Who asked may have gone.
            drop(job.reply.send(failure.outcome(&job.request_id)));
        }
    }

    /// Takes no more calls, lets those under way finish and ends the environments.
    pub(in crate::host) fn close(&self) {
        let mut state = self.lock();
        state.is_closed = true;
        for job in state.queue.drain(..) {
            drop(job.reply.send(InvokeOutcome::ServiceError("the runtime is shutting down".into())));
        }
        drop(state);
        self.stop.cancel();
    }

    /// Waits until no environment is left.
    pub(in crate::host) async fn drained(&self) {
        loop {
            let gone = self.gone.notified();
            if self.lock().members.is_empty() {
                return;
            }
            gone.await;
        }
    }

    /// Another environment if more jobs wait than those that are being started will take, up to the maximum.
    pub(super) fn start_if_wanted(self: &Arc<Self>, state: MutexGuard<'_, State>, soon_free: usize) {
        let coming = state.coming(true) + soon_free;
        let has_room = state.members.len() < self.function.environments_max;
        if state.queue.len() > coming && has_room && !state.is_closed {
            self.start_another(state);
        }
    }

    pub(super) fn start_another(self: &Arc<Self>, mut state: MutexGuard<'_, State>) {
        let id = self.next_id.fetch_add(1, Ordering::Relaxed);
        let stop = self.stop.child_token();
        let load = Arc::new(Load::default());
        state.members.push(Member {
            id,
            is_starting: true,
            coming: self.function.compute.calls_max(),
            load: Arc::clone(&load),
            last_used: Instant::now(),
            stop: stop.clone(),
            is_outdated: false,
        });
        drop(state);
        let environment = Environment::new(Arc::clone(self), id, stop, load);
        tokio::spawn(environment::run(environment, self.back_off()));
    }

    fn back_off(&self) -> Duration {
        let crashes = self.crashes_in_a_row.load(Ordering::Relaxed);
        match crashes.checked_sub(2) {
            Some(doublings) => BACK_OFF_FIRST.saturating_mul(1 << doublings.min(10)).min(BACK_OFF_MAX),
            None => Duration::ZERO,
        }
    }
}
