//! A call ends: by an answer, or because its environment does.

use std::sync::Arc;
use std::time::Duration;

use futures::future::join_all;

use super::{Current, Environment};
use crate::host::errors::Failure;
use crate::host::options::CallLines;
use crate::host::report;
use crate::invoke::InvokeOutcome;

/// How long a call's end waits for what the function has printed: who reads the console must not hold up who asked.
const PRINTED_WAIT: Duration = Duration::from_millis(100);

impl Environment {
    /// Gives a call's outcome to who asked; false if the call is not under way any more.
    ///
    /// A function may close its connection once its answer is sent, which ends who reads it here: what follows goes
    /// on by itself.
    pub(in crate::host) async fn answer(self: &Arc<Self>, request_id: &str, outcome: InvokeOutcome) -> bool {
        let current = {
            let mut calls = self.lock();
            match calls.iter().position(|call| &*call.request_id == request_id) {
                Some(position) => calls.swap_remove(position),
                None => {
                    // Its time was over; who answers is free again all the same.
                    self.pool.returns(self.id);
                    return false;
                }
            }
        };
        self.pool.answered(self.id);
        let environment = Arc::clone(self);
        let finishing = tokio::spawn(async move { environment.finish(current, outcome, None).await });
        // Cut off only where everything ends.
        drop(finishing.await);
        true
    }

    /// The environment ends: so do the calls that it is busy with.
    pub(super) async fn fail_calls(&self, failure: &Failure) {
        let calls = std::mem::take(&mut *self.lock());
        join_all(calls.into_iter().map(|call| self.fail(call, failure))).await;
    }

    /// Fails the calls whose time is over; what the function does about them goes on, and comes to nothing.
    pub(super) fn fail_overdue(self: &Arc<Self>) {
        let timeout = self.pool.function.timeout;
        let overdue: Vec<_> = self.lock().extract_if(.., |call| call.started.elapsed() >= timeout).collect();
        for call in overdue {
            let environment = Arc::clone(self);
            tokio::spawn(async move { environment.fail(call, &Failure::timed_out(timeout)).await });
        }
    }

    async fn fail(&self, call: Current, failure: &Failure) {
        if failure.is_time_out() {
            self.pool.counters.timeouts.add_one();
        }
        let outcome = failure.outcome(&call.request_id);
        self.finish(call, outcome, Some(failure)).await;
    }

    async fn finish(&self, current: Current, outcome: InvokeOutcome, failure: Option<&Failure>) {
        if matches!(outcome, InvokeOutcome::FunctionError { .. }) {
            self.pool.counters.errors.add_one();
        }
        self.write_end(&current, failure).await;
        // Who asked may have gone; the work is done all the same.
        drop(current.reply.send(outcome));
    }

    /// What AWS writes after a call, behind all that the function has printed.
    async fn write_end(&self, call: &Current, failure: Option<&Failure>) {
        let wanted = self.pool.options.call_lines;
        if wanted == CallLines::None && call.tail.is_none() && failure.is_none() {
            return;
        }
        let elapsed = call.started.elapsed();
        let output = Arc::clone(&self.output);
        let printed = tokio::spawn(async move { output.settle().await });
        // What is late goes on to be printed.
        drop(tokio::time::timeout(PRINTED_WAIT, printed).await);
        let error = failure.map(|failure| failure.line(&call.request_id));
        let end = report::end(call);
        let report = report::line(&self.pool, call, elapsed, failure, self.process_id());
        if let Some(tail) = &call.tail {
            let error = error.as_ref().map(|line| format!("{line}\n")).unwrap_or_default();
            tail.end_with(format!("{error}{end}\n{report}\n"));
        }
        let lines = [
            error,
            Some(end).filter(|_| wanted == CallLines::All),
            Some(report).filter(|_| wanted >= CallLines::Report),
        ];
        lines.into_iter().flatten().for_each(|line| self.pool.log.try_write(&call.request_id, line));
    }
}
