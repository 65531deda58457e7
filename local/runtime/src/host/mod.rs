//! The function host: starts the built binaries and speaks the Runtime API with them.
//!
//! Each function has a [`pool`] of execution environments; each environment is one process
//! with one port of its own (the only form of `AWS_LAMBDA_RUNTIME_API` that every language's
//! runtime client takes) and one supervising task. A call goes from the pool straight to a
//! parked `/next` and back from `/response`: no task in between, and no lock but
//! the pool's and, where some functions are nicer than others, the short one of [`courtesy`].

mod courtesy;
mod environment;
mod errors;
mod job;
mod load;
mod logs;
mod options;
mod output;
mod pool;
pub(crate) mod process;
mod report;
mod runtime_api;
mod stats;
mod tail;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::oneshot;

pub use logs::{FunctionLog, LogBook};
pub use options::{BINARY_PATTERN_DEFAULT, CallLines, HostOptions, QUEUE_MAX_DEFAULT};
pub use stats::FunctionStats;

use crate::ids;
use crate::invoke::{Invocation, Invoke, InvokeOutcome};
use crate::template::{Function, Place};
use courtesy::Courtesy;
use job::Job;
use pool::{Pool, Submitted};
use tail::Tail;

/// The function's last lines reach the log a moment after its answer reaches us.
const TAIL_SETTLE: Duration = Duration::from_millis(20);

/// An environment that has answered asks for work again within this; if not, another is started.
const RETURN_MAX: Duration = Duration::from_millis(20);

/// Calls functions by running their binaries on this machine.
#[derive(Debug)]
pub struct Host {
    pools: HashMap<Arc<str>, Arc<Pool>>,
    options: Arc<HostOptions>,
    courtesy: Courtesy,
}

impl Host {
    /// A host for these functions; starts nothing until the first call.
    pub fn new(functions: &[Function], place: &Place, options: HostOptions) -> Self {
        let options = Arc::new(options);
        let pool = |function: &Function| {
            let name: Arc<str> = function.name.as_str().into();
            (name, Arc::new(Pool::new(function.clone(), place.clone(), Arc::clone(&options))))
        };
        let courtesy = Courtesy::new(functions.iter().map(|function| function.niceness));
        Self { pools: functions.iter().map(pool).collect(), options, courtesy }
    }

    /// What it was made with.
    pub fn options(&self) -> &HostOptions {
        &self.options
    }

    /// What each function's environments have done so far, by name.
    pub fn stats(&self) -> Vec<FunctionStats> {
        let mut stats: Vec<_> = self.pools.values().map(|pool| pool.stats()).collect();
        stats.sort_by(|left, right| left.function.cmp(&right.function));
        stats
    }

    /// The binaries that are not there, with their functions: to be told before the first call fails.
    pub fn missing_binaries(&self) -> Vec<String> {
        let missing = self.pools.values().filter_map(|pool| pool.missing_binary());
        let mut missing: Vec<_> = missing.collect();
        missing.sort();
        missing
    }

    /// A function's code has changed: its environments finish their calls and end, further calls get new ones.
    pub fn restart(&self, function: &str) {
        if let Some(pool) = self.pools.get(function) {
            pool.restart();
        }
    }

    /// Starts a function's first environment before there is a call.
    pub fn warm(&self, function: &str) {
        if let Some(pool) = self.pools.get(function) {
            pool.warm();
        }
    }

    /// Takes no more calls, waits for those under way, then ends every environment: SIGTERM,
    /// and SIGKILL after the grace time.
    pub async fn shutdown(&self) {
        self.pools.values().for_each(|pool| pool.close());
        for pool in self.pools.values() {
            pool.drained().await;
        }
    }
}

impl Invoke for Host {
    async fn invoke(&self, invocation: Invocation) -> InvokeOutcome {
        self.call(invocation, None).await
    }

    async fn invoke_logged(&self, invocation: Invocation) -> (InvokeOutcome, Option<Vec<u8>>) {
        let tail = Arc::new(Tail::default());
        let outcome = self.call(invocation, Some(Arc::clone(&tail))).await;
        tokio::time::sleep(TAIL_SETTLE).await;
        (outcome, Some(tail.bytes()))
    }

    fn patience(&self, function: &str) -> Duration {
        self.pools
            .get(function)
            .map(|pool| self.courtesy.patience(pool.function.niceness))
            .unwrap_or_default()
    }
}

impl Host {
    async fn call(&self, invocation: Invocation, tail: Option<Arc<Tail>>) -> InvokeOutcome {
        let Some(pool) = self.pools.get(&invocation.function) else {
            return InvokeOutcome::ServiceError(format!("there is no function {}", invocation.function));
        };
        let niceness = pool.function.niceness;
        self.courtesy.called(niceness);
        let _turn = self.courtesy.turn(|| self.do_others_go_first(niceness)).await;
        let (reply, outcome) = oneshot::channel();
        let request_id = ids::uuid().into();
        let job = Job { request_id, payload: invocation.payload, reply, tail, busy: None };
        match pool.submit(job) {
            Submitted::Running => answer(outcome).await,
            Submitted::Queued(request_id) => self.queued(pool, &request_id, outcome).await,
            Submitted::Refused(outcome) => outcome,
        }
    }

    /// Whether calls of a function less nice than `niceness` wait for an environment.
    fn do_others_go_first(&self, niceness: u8) -> bool {
        self.pools.values().any(|pool| pool.function.niceness < niceness && pool.is_queued_for())
    }

    /// Waits in the queue for so long only: who is not taken by then is throttled.
    async fn queued(
        &self,
        pool: &Arc<Pool>,
        request_id: &str,
        mut outcome: oneshot::Receiver<InvokeOutcome>,
    ) -> InvokeOutcome {
        if let Ok(outcome) = tokio::time::timeout(RETURN_MAX, &mut outcome).await {
            return outcome.unwrap_or_else(|_| lost());
        }
        pool.hurry();
        match tokio::time::timeout(self.options.queue_wait_max, &mut outcome).await {
            Ok(outcome) => outcome.unwrap_or_else(|_| lost()),
            Err(_) if pool.withdraw(request_id) => InvokeOutcome::Throttled,
            Err(_) => answer(outcome).await,
        }
    }
}

async fn answer(outcome: oneshot::Receiver<InvokeOutcome>) -> InvokeOutcome {
    outcome.await.unwrap_or_else(|_| lost())
}

/// The environment went away in the instant between being chosen and taking the call.
fn lost() -> InvokeOutcome {
    InvokeOutcome::ServiceError("the environment ended before it took the call".into())
}
