//! The task that starts a process and watches it to its end.

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::net::TcpListener;
use tokio::process::Child;
use tokio::task::JoinSet;

use super::{Environment, Process};
use crate::host::errors::Failure;
use crate::host::{process, report, runtime_api};
use crate::template::Compute;

/// How long answers that a process sent before it ended may take to be read.
const LAST_WORDS_MAX: Duration = Duration::from_millis(200);

/// Why the watching task stopped watching.
#[derive(Debug)]
enum End {
    Exited(Failure),
    InitTimedOut,
    TimedOut,
    Retired,
}

/// Starts a process after a while, and watches it to its end.
pub(in crate::host) async fn run(environment: Environment, delay: Duration) {
    let (pool, id) = (Arc::clone(&environment.pool), environment.id);
    tokio::select! {
        () = tokio::time::sleep(delay) => {}
        () = environment.stop.cancelled() => return pool.gone(id),
    }
    let environment = Arc::new(environment);
    match start(&environment).await {
        Ok((listener, child)) => watch(environment, listener, child).await,
        Err(failure) => {
            pool.log.try_line(format!("cannot start: {}", failure.message));
            pool.crashed();
            pool.start_failed(id, &failure);
        }
    }
}

async fn start(environment: &Environment) -> Result<(TcpListener, Child), Failure> {
    let invalid = |error: std::io::Error| Failure::new("Runtime.InvalidEntrypoint", error.to_string());
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.map_err(invalid)?;
    let address = listener.local_addr().map_err(invalid)?;
    let started = Instant::now();
    let child = process::spawn(environment, address).map_err(|error| {
        let program = process::program(&environment.pool);
        Failure::new(
            "Runtime.InvalidEntrypoint",
            format!("{program} cannot be run ({error}): has it been built?"),
        )
    })?;
    // It is started once.
    drop(environment.process.set(Process { id: child.id().unwrap_or_default(), started }));
    environment.pool.counters.starts.add_one();
    if let Some(debugger) = &environment.pool.options.debugger {
        debugger.started(&environment.pool.function, child.id());
    }
    Ok((listener, child))
}

async fn watch(environment: Arc<Environment>, listener: TcpListener, mut child: Child) {
    let mut connections = JoinSet::new();
    let end = until_end(&environment, &listener, &mut child, &mut connections).await;
    let pool = &environment.pool;
    match &end {
        End::Exited(_) => {
            let last_words = async { while connections.join_next().await.is_some() {} };
            // An answer sent just before the exit is still in the socket.
            drop(tokio::time::timeout(LAST_WORDS_MAX, last_words).await);
        }
        End::Retired => process::stop(&mut child, pool.options.stop_grace).await,
        End::TimedOut | End::InitTimedOut => process::kill(&mut child).await,
    }
    conclude(&environment, end).await;
}

/// Serves the port and looks after time, until something ends the environment.
async fn until_end(
    environment: &Arc<Environment>,
    listener: &TcpListener,
    child: &mut Child,
    connections: &mut JoinSet<()>,
) -> End {
    let pool = &environment.pool;
    let started = Instant::now();
    let mut look = started + environment.look_interval().min(pool.options.init_max(&pool.function));
    loop {
        tokio::select! {
            status = child.wait() => {
                return End::Exited(status.map_or_else(
                    |error| Failure::new("Runtime.ExitError", error.to_string()),
                    Failure::exited,
                ));
            }
            accepted = listener.accept() => {
                if let Ok((stream, _)) = accepted {
                    connections.spawn(runtime_api::serve(Arc::clone(environment), stream));
                }
            }
            Some(_) = connections.join_next() => {}
            () = tokio::time::sleep_until(look.into()) => {
                if pool.function.compute != Compute::OnDemand {
                    environment.fail_overdue();
                }
                match environment.look(started) {
                    Ok(next) => look = next,
                    Err(end) => return end,
                }
            },
            () = stopped(environment) => return End::Retired,
        }
    }
}

/// The pool is closed or the code replaced, and no call is under way here.
async fn stopped(environment: &Environment) {
    environment.stop.cancelled().await;
    environment.load.is_over().await;
}

/// Tells whoever waits what became of the environment.
async fn conclude(environment: &Environment, end: End) {
    let pool = &environment.pool;
    let failure = match end {
        End::Exited(failure) => environment.init_failure().take().unwrap_or(failure),
        End::TimedOut => Failure::timed_out(pool.function.timeout),
        End::InitTimedOut => Failure::init_timed_out(),
        End::Retired => return pool.gone(environment.id),
    };
    if !failure.is_time_out() {
        pool.crashed();
    }
    if !environment.is_ready() {
        environment.output.settle().await;
        pool.log.try_line(report::init(environment.since_start(), &failure));
        return pool.start_failed(environment.id, &failure);
    }
    environment.fail_calls(&failure).await;
    pool.gone(environment.id);
}

impl Environment {
    /// Looks whether the time for something is over; else says when to look again.
    ///
    /// A call that starts after this look ends one `Timeout` later at the earliest, so that
    /// looking then misses none, and calls need no timer of their own.
    fn look(&self, started: Instant) -> Result<Instant, End> {
        let now = Instant::now();
        let timeout = self.pool.function.timeout;
        if !self.is_ready() {
            let limit = started + self.pool.options.init_max(&self.pool.function);
            return if now >= limit {
                Err(End::InitTimedOut)
            } else {
                Ok(limit.min(now + self.look_interval()))
            };
        }
        match self.lock().iter().map(|current| current.started + timeout).min() {
            Some(deadline) if deadline <= now && self.pool.function.compute == Compute::OnDemand => {
                return Err(End::TimedOut);
            }
            Some(deadline) => return Ok(deadline),
            None => {}
        }
        let is_watched = self.pool.options.is_debugged(&self.pool.function);
        if !is_watched && self.pool.retire_if_idle(self.id) {
            return Err(End::Retired);
        }
        Ok(now + self.look_interval())
    }

    fn look_interval(&self) -> Duration {
        self.pool.function.timeout.min(self.pool.options.idle_max)
    }
}
