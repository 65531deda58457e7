//! What only somebody at work on a function wants: hot reload, and a debugger.

use std::io::BufRead as _;
use std::sync::Arc;
use std::time::Duration;

use esm_local::debug::{self, Debugger};
use esm_local::host::HostOptions;
use esm_local::reload;
use esm_local::template::Application;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::invoker::Invoker;
use super::{Error, Run};

/// Makes the function of `--debug` ready for it.
pub fn debugger(run: &Run, application: &mut Application) -> Result<Option<Arc<Debugger>>, Error> {
    let Some(wanted) = &run.debug else { return Ok(None) };
    let index = debug::prepare(application, wanted)?;
    Ok(Some(Arc::new(Debugger::new(&application.functions[index]))))
}

/// The host's options under a debugger: who waits for a function waits as long as a person takes.
pub fn with_debugger(options: HostOptions, debugger: Option<&Arc<Debugger>>) -> HostOptions {
    let queue_wait_max = if debugger.is_some() { debug::PATIENCE } else { options.queue_wait_max };
    HostOptions { debugger: debugger.cloned(), queue_wait_max, ..options }
}

/// Starts the function that is debugged, and what watches code.
pub fn start(
    run: &Run,
    application: &Application,
    invoker: &Arc<Invoker>,
    shutdown: &CancellationToken,
    tasks: &mut JoinSet<()>,
) {
    let Invoker::Host(host) = invoker.as_ref() else { return };
    if let Some(debugger) = &host.options().debugger {
        let debugged = application.functions.iter().filter(|function| debugger.is_for(&function.name));
        debugged.for_each(|function| host.warm(&function.name));
        let enter = Arc::clone(debugger);
        // A thread, since a read of the terminal cannot be taken back.
        std::thread::spawn(move || {
            std::io::stdin().lock().lines().map_while(Result::ok).for_each(|_| enter.enter())
        });
        tasks.spawn(let_through(Arc::clone(debugger), shutdown.clone()));
    }
    if run.reload {
        let there = Arc::clone(invoker);
        let restart = move |function: &str| {
            if let Invoker::Host(host) = there.as_ref() {
                host.restart(function);
            }
        };
        let (functions, options) = (application.functions.clone(), host.options().clone());
        tasks.spawn(reload::run(functions, options, restart, shutdown.clone()));
    }
}

/// At the end nobody will attach any more: calls that are held would hold the end.
async fn let_through(debugger: Arc<Debugger>, shutdown: CancellationToken) {
    shutdown.cancelled().await;
    for _ in 0..10 {
        debugger.enter();
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}
