//! One execution environment: a process, its port, and the task that watches both.

mod ending;
mod watch;

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;

pub(super) use watch::run;

use super::errors::Failure;
use super::job::Job;
use super::load::{Busy, Load};
use super::options::CallLines;
use super::output::Output;
use super::pool::{Next, Pool};
use super::report;
use super::tail::Tail;
use crate::invoke::InvokeOutcome;
use crate::template::Compute;

/// What the watching task and the port's connections share.
#[derive(Debug)]
pub(super) struct Environment {
    pub(super) id: u64,
    pub(super) pool: Arc<Pool>,
    /// Ends it once it has no call.
    stop: CancellationToken,
    /// The calls that the process has been given, as many as its compute says at most.
    calls: Mutex<Vec<Current>>,
    is_ready: AtomicBool,
    init_failure: Mutex<Option<Failure>>,
    process: OnceLock<Process>,
    /// How long it took until it first asked for work, for the REPORT of its first call; 0 is nothing to tell.
    init_us: AtomicU64,
    pub(super) output: Arc<Output>,
    load: Arc<Load>,
}

/// The process that was started.
#[derive(Debug)]
struct Process {
    id: u32,
    started: Instant,
}

/// A call that an environment is busy with.
#[derive(Debug)]
pub(super) struct Current {
    pub(super) request_id: Arc<str>,
    pub(super) started: Instant,
    /// How long the environment's start took, if this is its first call.
    pub(super) init: Option<Duration>,
    reply: oneshot::Sender<InvokeOutcome>,
    tail: Option<Arc<Tail>>,
    _busy: Option<Busy>,
}

impl Environment {
    pub(super) fn new(pool: Arc<Pool>, id: u64, stop: CancellationToken, load: Arc<Load>) -> Self {
        Self {
            output: Arc::new(Output::new(Arc::clone(&pool.log))),
            id,
            pool,
            stop,
            calls: Mutex::default(),
            is_ready: AtomicBool::new(false),
            init_failure: Mutex::default(),
            process: OnceLock::new(),
            init_us: AtomicU64::new(0),
            load,
        }
    }

    /// Waits for the next call; for ever if the environment is about to be ended.
    pub(super) async fn next(&self) -> Option<(Current, bytes::Bytes)> {
        let compute = self.pool.function.compute;
        if self.lock().len() >= compute.calls_max() {
            // It asks for more before it has answered: the calls' time runs on.
            return None;
        }
        self.note_ready();
        if compute == Compute::OnDemand {
            // What it has printed so far belongs to the call before.
            self.output.settle().await;
        }
        let job = match self.pool.next(self.id) {
            Next::Job(job) => job,
            Next::Parked(receiver) => receiver.await.ok()?,
            Next::None => return None,
        };
        if let Some(debugger) = &self.pool.options.debugger {
            debugger.admits(&self.pool.function.name, self.process_id()).await;
        }
        self.pool.counters.invocations.add_one();
        let Job { request_id, payload, reply, tail, busy } = job;
        let init = Some(self.init_us.swap(0, Ordering::Relaxed)).filter(|us| *us > 0);
        let init = init.map(Duration::from_micros);
        Some((Current { request_id, started: Instant::now(), init, reply, tail, _busy: busy }, payload))
    }

    /// Notes the call that is about to be handed to the process. Where calls have neighbours, only the function
    /// knows whose a line is that it prints.
    pub(super) fn begin(&self, current: Current) {
        if let Some(tail) = &current.tail {
            tail.keep(report::start(&current).as_bytes());
        }
        if self.pool.options.call_lines == CallLines::All {
            self.pool.log.try_write(&current.request_id, report::start(&current));
        }
        if self.pool.function.compute == Compute::OnDemand {
            self.output.begin(&current.request_id, current.tail.clone());
        }
        self.lock().push(current);
    }

    /// Why the process will not start, in its own words.
    pub(super) fn init_failure(&self) -> MutexGuard<'_, Option<Failure>> {
        self.init_failure.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// It asks for work: for the first time, its start is over.
    fn note_ready(&self) {
        if self.is_ready.swap(true, Ordering::Relaxed) {
            return;
        }
        let took = self.since_start();
        self.init_us.store(u64::try_from(took.as_micros()).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    fn since_start(&self) -> Duration {
        self.process.get().map(|process| process.started.elapsed()).unwrap_or_default()
    }

    fn process_id(&self) -> u32 {
        self.process.get().map(|process| process.id).unwrap_or_default()
    }

    fn is_ready(&self) -> bool {
        self.is_ready.load(Ordering::Relaxed)
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Current>> {
        self.calls.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
