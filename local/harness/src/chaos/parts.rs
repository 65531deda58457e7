//! The parts of the stack, ended and started as `cargo xtask kill` and `restart` do it.

use std::sync::Arc;
use std::time::Duration;

use xtask::process::{self, Record, Stopped};
use xtask::service::{self, Service};
use xtask::settings::Engine;
use xtask::stack::Stack;
use xtask::{app, place, server};

use crate::gateway::Failure;

/// The stack of this checkout.
#[derive(Debug, Clone)]
pub struct Parts {
    stack: Arc<Stack>,
}

impl Parts {
    /// The running stack, which must be native and keep all data on disk.
    ///
    /// # Errors
    /// It is not so, or a part does not run.
    pub fn of_this_checkout() -> Result<Self, Failure> {
        let stack = Stack::of_this_checkout().map_err(|error| Failure(error.to_string()))?;
        if stack.settings.engine != Engine::Native || !stack.settings.durable {
            let remedy = "`cargo xtask chaos` starts one";
            return Err(Failure(format!("a native stack with durable tables is needed: {remedy}")));
        }
        let runs = |part: &&dyn Service| Record::of_running(&stack.place, part.name()).is_some();
        let missing = server::ALL.into_iter().chain(app::ALL).find(|part| !runs(part));
        match missing {
            Some(part) => Err(Failure(format!("{} does not run", part.name()))),
            None => Ok(Self { stack: Arc::new(stack) }),
        }
    }

    /// SIGKILL.
    ///
    /// # Errors
    /// It did not run: something else has ended it, which is what a run is to find out.
    pub async fn kill(&self, name: &'static str) -> Result<(), Failure> {
        let killed = self.blocking(move |stack| process::kill(&stack.place, name)).await?;
        if killed { Ok(()) } else { Err(Failure(format!("{name} had ended by itself; see its log"))) }
    }

    /// SIGTERM, and waits until it has finished; how long that took.
    ///
    /// # Errors
    /// It did not finish in time.
    pub async fn drain(&self, name: &'static str) -> Result<Duration, Failure> {
        let patience = part(name)?.stop_within();
        match self.blocking(move |stack| process::stop(&stack.place, name, patience)).await? {
            Stopped::Finished(took) => Ok(took),
            Stopped::WasNotRunning => Err(Failure(format!("{name} had ended by itself; see its log"))),
            Stopped::Killed(took) => Err(Failure(format!("{name} did not finish within {took:?}"))),
        }
    }

    /// Starts it and waits until it answers; the log of its life before is kept under `label`.
    ///
    /// # Errors
    /// It does not start: a port is still held, or its data cannot be read.
    pub async fn start(&self, name: &'static str, label: String) -> Result<(), Failure> {
        let part = part(name)?;
        self.blocking(move |stack| {
            let kept = stack.place.state.join("logs/chaos").join(format!("{label}-{name}.log"));
            place::write(&kept, "")?;
            // The log explains what went wrong, if something did; it is no part of the run.
            let _ = std::fs::copy(stack.place.log(name), kept);
            service::ensure(stack, part).map(drop)
        })
        .await
    }

    async fn blocking<T: Send + 'static>(
        &self,
        act: impl FnOnce(&Stack) -> xtask::failure::Outcome<T> + Send + 'static,
    ) -> Result<T, Failure> {
        let stack = Arc::clone(&self.stack);
        let done = tokio::task::spawn_blocking(move || act(&stack)).await;
        done.map_err(|error| Failure(error.to_string()))?.map_err(|error| Failure(error.to_string()))
    }
}

fn part(name: &str) -> Result<&'static dyn Service, Failure> {
    let mut parts = server::ALL.into_iter().chain(app::ALL);
    parts.find(|part| part.name() == name).ok_or_else(|| Failure(format!("nothing is called {name}")))
}
