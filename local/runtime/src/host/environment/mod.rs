//! One execution environment: a process, its port, and the task that watches both.

mod watch;

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use tokio::sync::{Notify, oneshot};
use tokio_util::sync::CancellationToken;

pub(super) use watch::run;

use super::errors::Failure;
use super::job::Job;
use super::pool::{Next, Pool};
use super::report;
use super::tail::{Tail, TailSlot};
use crate::invoke::InvokeOutcome;

/// What the watching task and the port's connections share.
#[derive(Debug)]
pub(super) struct Environment {
    pub(super) id: u64,
    pub(super) pool: Arc<Pool>,
    /// Ends it once it has no call.
    stop: CancellationToken,
    current: Mutex<Option<Current>>,
    is_ready: AtomicBool,
    init_failure: Mutex<Option<Failure>>,
    process_id: AtomicU32,
    /// Where the lines of the process go besides the function's log.
    pub(super) tail: Arc<TailSlot>,
    /// A call has been answered.
    answered: Notify,
}

/// The call an environment is busy with.
#[derive(Debug)]
pub(super) struct Current {
    pub(super) request_id: String,
    pub(super) started: Instant,
    reply: oneshot::Sender<InvokeOutcome>,
    tail: Option<Arc<Tail>>,
}

impl Environment {
    pub(super) fn new(pool: Arc<Pool>, id: u64, stop: CancellationToken) -> Self {
        Self {
            id,
            pool,
            stop,
            current: Mutex::default(),
            is_ready: AtomicBool::new(false),
            init_failure: Mutex::default(),
            process_id: AtomicU32::new(0),
            tail: Arc::default(),
            answered: Notify::new(),
        }
    }

    /// Waits for the next call; for ever if the environment is about to be ended.
    pub(super) async fn next(&self) -> Option<(Current, bytes::Bytes)> {
        if self.lock().is_some() {
            // It asks for more before it has answered: the call's time runs on.
            return None;
        }
        self.is_ready.store(true, Ordering::Relaxed);
        let job = match self.pool.next(self.id) {
            Next::Job(job) => job,
            Next::Parked(receiver) => receiver.await.ok()?,
            Next::None => return None,
        };
        if let Some(debugger) = &self.pool.options.debugger {
            debugger.admits(&self.pool.function.name, self.process_id.load(Ordering::Relaxed)).await;
        }
        self.pool.counters.invocations.add_one();
        let Job { request_id, payload, reply, tail } = job;
        Some((Current { request_id, started: Instant::now(), reply, tail }, payload))
    }

    /// Notes the call that is about to be handed to the process.
    pub(super) fn begin(&self, current: Current) {
        if let Some(tail) = &current.tail {
            tail.keep(format!("START RequestId: {} Version: $LATEST", current.request_id).as_bytes());
        }
        self.tail.set(current.tail.clone());
        *self.lock() = Some(current);
    }

    /// Gives a call's outcome to who asked; false if the call is not the current one any more.
    pub(super) fn answer(&self, request_id: &str, outcome: InvokeOutcome) -> bool {
        let current = {
            let mut current = self.lock();
            match current.take() {
                Some(call) if call.request_id == request_id => call,
                other => {
                    *current = other;
                    return false;
                }
            }
        };
        self.pool.answered(self.id);
        self.finish(current, outcome);
        true
    }

    /// Why the process will not start, in its own words.
    pub(super) fn init_failure(&self) -> MutexGuard<'_, Option<Failure>> {
        self.init_failure.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn fail_current(&self, failure: &Failure) {
        let current = self.lock().take();
        if let Some(current) = current {
            if failure.error_type == "Sandbox.Timedout" {
                self.pool.counters.timeouts.add_one();
            }
            let outcome = failure.outcome(&current.request_id);
            self.finish(current, outcome);
        }
    }

    fn finish(&self, current: Current, outcome: InvokeOutcome) {
        if matches!(outcome, InvokeOutcome::FunctionError { .. }) {
            self.pool.counters.errors.add_one();
        }
        self.report(&current);
        // Who asked may have gone; the work is done all the same.
        drop(current.reply.send(outcome));
        self.answered.notify_waiters();
    }

    fn report(&self, call: &Current) {
        if !self.pool.options.report && call.tail.is_none() {
            return;
        }
        let line = report::line(&self.pool, call, self.process_id.load(Ordering::Relaxed));
        if let Some(tail) = &call.tail {
            tail.end_with(format!("END RequestId: {}\n{line}\n", call.request_id));
        }
        if self.pool.options.report {
            self.pool.log.try_line(line);
        }
    }

    fn is_ready(&self) -> bool {
        self.is_ready.load(Ordering::Relaxed)
    }

    fn lock(&self) -> MutexGuard<'_, Option<Current>> {
        self.current.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
