//! The environments of one function, and the calls that wait for one.

mod restart;
mod state;
#[cfg(test)]
mod tests;
mod turnover;

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use tokio::sync::{Notify, oneshot};
use tokio_util::sync::CancellationToken;

use state::{Idle, Member, State};

use super::FunctionLog;
use super::job::Job;
use super::options::HostOptions;
use super::stats::{Counters, FunctionStats};
use crate::invoke::InvokeOutcome;
use crate::template::{Function, Place};

/// The environments of one function.
#[derive(Debug)]
pub(super) struct Pool {
    pub(super) function: Function,
    pub(super) place: Place,
    pub(super) options: Arc<HostOptions>,
    pub(super) log: Arc<FunctionLog>,
    pub(super) counters: Counters,
    /// Ends the environments.
    pub(super) stop: CancellationToken,
    state: Mutex<State>,
    /// Crashes since the last answer.
    crashes_in_a_row: AtomicU32,
    next_id: AtomicU64,
    /// An environment has gone.
    gone: Notify,
}

/// What became of a job handed to the pool.
#[derive(Debug)]
pub(super) enum Submitted {
    /// An environment has it.
    Running,
    /// It waits; under this request id it can be withdrawn.
    Queued(Arc<str>),
    /// It is not taken.
    Refused(InvokeOutcome),
}

/// What `/next` gets.
#[derive(Debug)]
pub(super) enum Next {
    Job(Job),
    Parked(oneshot::Receiver<Job>),
    /// The environment is about to be ended.
    None,
}

impl Pool {
    pub(super) fn new(function: Function, place: Place, options: Arc<HostOptions>) -> Self {
        Self {
            log: options.logs.function(&function.name),
            function,
            place,
            options,
            counters: Counters::default(),
            stop: CancellationToken::new(),
            state: Mutex::default(),
            crashes_in_a_row: AtomicU32::new(0),
            next_id: AtomicU64::new(1),
            gone: Notify::new(),
        }
    }

    /// Hands a job to a parked environment, or queues it and sees that one is started.
    pub(super) fn submit(self: &Arc<Self>, mut job: Job) -> Submitted {
        let mut state = self.lock();
        if state.is_closed {
            return Submitted::Refused(InvokeOutcome::ServiceError("the runtime is shutting down".into()));
        }
        while let Some(idle) = state.idle.pop() {
            job.busy = state.member(idle.id).map(Member::takes);
            match idle.sender.send(job) {
                Ok(()) => return Submitted::Running,
                Err(unsent) => job = unsent,
            }
        }
        job.busy = None;
        if state.queue.len() >= self.options.queue_max || self.function.environments_max == 0 {
            self.counters.throttles.add_one();
            return Submitted::Refused(InvokeOutcome::Throttled);
        }
        let request_id = Arc::clone(&job.request_id);
        state.queue.push_back(job);
        let soon_free = state.coming(false);
        self.start_if_wanted(state, soon_free);
        Submitted::Queued(request_id)
    }

    /// Whether calls wait for an environment.
    pub(super) fn is_queued_for(&self) -> bool {
        !self.lock().queue.is_empty()
    }

    /// Starts an environment for those who wait although one seemed about to come back.
    pub(super) fn hurry(self: &Arc<Self>) {
        self.start_if_wanted(self.lock(), 0);
    }

    /// Takes a job out of the queue again; false if an environment has it by now.
    pub(super) fn withdraw(&self, request_id: &str) -> bool {
        let mut state = self.lock();
        let position = state.queue.iter().position(|job| &*job.request_id == request_id);
        let withdrawn = position.and_then(|position| state.queue.remove(position)).is_some();
        if withdrawn {
            self.counters.throttles.add_one();
        }
        withdrawn
    }

    /// An environment asks for work.
    pub(super) fn next(&self, id: u64) -> Next {
        let mut state = self.lock();
        if let Some(member) = state.member(id) {
            if std::mem::take(&mut member.is_starting) {
                member.last_used = Instant::now();
            }
            member.coming = member.coming.saturating_sub(1);
        }
        if state.turns_away(id) {
            return Next::None;
        }
        while let Some(mut job) = state.queue.pop_front() {
            // Who asked may have gone in the meantime.
            if !job.reply.is_closed() {
                job.busy = state.member(id).map(Member::takes);
                return Next::Job(job);
            }
        }
        let (sender, receiver) = oneshot::channel();
        state.idle.push(Idle { id, sender });
        Next::Parked(receiver)
    }

    /// Takes an environment out of the parked ones if it has had no call for too long. Some of its workers may be
    /// busy with calls whose time is over.
    pub(super) fn retire_if_idle(&self, id: u64) -> bool {
        let mut state = self.lock();
        let idle_max = self.options.idle_max;
        let is_idle = state
            .member(id)
            .is_some_and(|member| member.load.is_none() && member.last_used.elapsed() >= idle_max);
        if is_idle {
            state.idle.retain(|idle| idle.id != id);
        }
        is_idle
    }

    /// An environment answered: it is no crash loop, and is back in a moment.
    pub(super) fn answered(&self, id: u64) {
        self.returns(id);
        // A load is cheaper than a store that every core has to see.
        if self.crashes_in_a_row.load(Ordering::Relaxed) != 0 {
            self.crashes_in_a_row.store(0, Ordering::Relaxed);
        }
    }

    /// One of an environment's workers is about to ask for work again.
    pub(super) fn returns(&self, id: u64) {
        if let Some(member) = self.lock().member(id) {
            member.coming = (member.coming + 1).min(self.function.compute.calls_max());
            member.last_used = Instant::now();
        }
    }

    pub(super) fn stats(&self) -> FunctionStats {
        let (environments, queued) = {
            let state = self.lock();
            (state.members.len(), state.queue.len())
        };
        FunctionStats {
            function: self.function.name.clone(),
            invocations: self.counters.invocations.get(),
            errors: self.counters.errors.get(),
            throttles: self.counters.throttles.get(),
            crashes: self.counters.crashes.get(),
            timeouts: self.counters.timeouts.get(),
            starts: self.counters.starts.get(),
            environments,
            queued,
        }
    }

    /// The program that a call would miss.
    pub(super) fn missing_binary(&self) -> Option<String> {
        let program = self.options.program(&self.function);
        let is_missing = self.function.command.is_empty() && !program.is_file();
        is_missing.then(|| format!("{} ({})", self.function.name, program.display()))
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing in here panics; a poisoned lock would still hold a sound state.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
