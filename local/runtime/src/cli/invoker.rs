//! The ways to call a function that the command line offers.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::time::Duration;

use esm_local::host::{BINARY_PATTERN_DEFAULT, Host, HostOptions};
use esm_local::invoke::{Invocation, Invoke, InvokeOutcome};
use esm_local::template::{Application, Settings};
use esm_local::watch::{self, Endpoint, Watcher};

use super::{Error, Run};

/// One of them.
#[derive(Debug)]
#[allow(clippy::large_enum_variant, reason = "there is one of it in a process")]
pub enum Invoker {
    /// The own function host.
    Host(Host),
    /// `cargo lambda watch`, as a child or started by hand.
    Endpoint(Endpoint, Option<Watcher>),
}

impl Invoker {
    /// The one the command line asks for.
    pub(super) fn new(
        run: &Run,
        settings: &Settings,
        application: &Application,
        host: HostOptions,
    ) -> Result<Self, Error> {
        if run.watch {
            let address = free_address()?;
            let variables = watch::shared_variables(&application.functions)?;
            let watcher = Watcher::start(address, &variables, &run.watch_arguments).map_err(|error| {
                format!("`cargo lambda watch` cannot be started ({error}): is it installed?")
            })?;
            return Ok(Self::Endpoint(Endpoint::new(address, &application.functions)?, Some(watcher)));
        }
        if let Some(address) = run.endpoint {
            return Ok(Self::Endpoint(Endpoint::new(address, &application.functions)?, None));
        }
        let options = with_settings(host, run, settings);
        let host = Host::new(&application.functions, &application.place, options);
        for missing in host.missing_binaries() {
            tracing::warn!("not built yet: {missing}");
        }
        Ok(Self::Host(host))
    }

    /// Waits until functions can be called.
    pub(super) async fn ready(&self) -> Result<(), Error> {
        match self {
            Self::Endpoint(_, Some(watcher)) => Ok(watcher.listening().await?),
            Self::Endpoint(_, None) | Self::Host(_) => Ok(()),
        }
    }

    /// What each function has done so far, where this is known.
    pub fn stats(&self) -> serde_json::Value {
        match self {
            Self::Host(host) => serde_json::to_value(host.stats()).unwrap_or_default(),
            Self::Endpoint(..) => serde_json::Value::Null,
        }
    }

    /// Ends the functions' processes.
    pub async fn shutdown(&self) {
        match self {
            Self::Host(host) => host.shutdown().await,
            Self::Endpoint(_, Some(watcher)) => watcher.stop().await,
            Self::Endpoint(_, None) => {}
        }
    }
}

impl Invoke for Invoker {
    async fn invoke(&self, invocation: Invocation) -> InvokeOutcome {
        match self {
            Self::Host(host) => host.invoke(invocation).await,
            Self::Endpoint(endpoint, _) => endpoint.invoke(invocation).await,
        }
    }

    async fn invoke_logged(&self, invocation: Invocation) -> (InvokeOutcome, Option<Vec<u8>>) {
        match self {
            Self::Host(host) => host.invoke_logged(invocation).await,
            Self::Endpoint(endpoint, _) => endpoint.invoke_logged(invocation).await,
        }
    }

    fn patience(&self, function: &str) -> Duration {
        match self {
            Self::Host(host) => host.patience(function),
            Self::Endpoint(endpoint, _) => endpoint.patience(function),
        }
    }
}

fn with_settings(options: HostOptions, run: &Run, settings: &Settings) -> HostOptions {
    let pattern = run.binary.clone().or_else(|| settings.runtime.binary.clone());
    let idle = settings.runtime.idle_seconds.map(|seconds| Duration::from_secs(seconds.into()));
    HostOptions {
        binary_pattern: pattern.unwrap_or_else(|| BINARY_PATTERN_DEFAULT.into()),
        idle_max: idle.unwrap_or(options.idle_max),
        call_lines: run.report.unwrap_or_default(),
        queue_max: run.queue_max,
        ..options
    }
}

/// A port that is free now. `cargo lambda watch` cannot be handed a listener, so another
/// program could take it in between; the start then fails and says so.
fn free_address() -> std::io::Result<SocketAddr> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()
}
