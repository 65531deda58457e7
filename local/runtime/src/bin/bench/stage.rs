//! A mapping and its function.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use esm_local::esm::config::{EventSource, MappingConfig, SourceAccess, StartingPosition};
use esm_local::esm::{EsmOptions, Mapping, MappingHandle};
use esm_local::host::{Host, HostOptions, LogBook};
use esm_local::invoke::{Invocation, Invoke, InvokeOutcome};
use esm_local::template::{Compute, EventInvoke, Function, Place};
use esm_local::watch::Endpoint;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::Failure;

/// Environments of the function: as many as the targets speak of.
pub const ENVIRONMENTS: usize = 2;

/// The no-op function's program.
const FUNCTION: &str = "esm-local-probe";
/// What `cargo lambda watch` calls a function that it has not started itself.
pub const WATCHED: &str = "_";

/// Calls the no-op function and notes when calls begin and end.
pub struct Invoker {
    way: Way,
    calls: mpsc::UnboundedSender<Call>,
}

/// How the function is called.
pub enum Way {
    /// The own host.
    Host(Box<Host>),
    /// `cargo lambda watch`.
    Endpoint(Endpoint),
}

/// When a call began and ended.
#[derive(Debug, Clone, Copy)]
pub struct Call {
    pub began: Instant,
    pub ended: Instant,
}

impl Invoke for Invoker {
    async fn invoke(&self, invocation: Invocation) -> InvokeOutcome {
        let began = Instant::now();
        let outcome = match &self.way {
            Way::Host(host) => host.invoke(invocation).await,
            Way::Endpoint(endpoint) => endpoint.invoke(invocation).await,
        };
        // Who measures may have seen enough.
        let _ = self.calls.send(Call { began, ended: Instant::now() });
        outcome
    }

    fn patience(&self, function: &str) -> Duration {
        match &self.way {
            Way::Host(host) => host.patience(function),
            Way::Endpoint(endpoint) => endpoint.patience(function),
        }
    }
}

impl Way {
    /// The own host with the probe beside this program.
    pub fn host() -> Result<Self, Failure> {
        let options = HostOptions {
            binary_pattern: probe()?.with_file_name("{binary}").display().to_string(),
            ..HostOptions::new(LogBook::new(None))
        };
        let place =
            Place { region: "us-east-1".into(), account_id: "000000000000".into(), partition: "aws".into() };
        Ok(Self::Host(Box::new(Host::new(&[noop()], &place, options))))
    }

    /// A `cargo lambda watch`.
    pub fn endpoint(address: SocketAddr) -> Result<Self, Failure> {
        Ok(Self::Endpoint(Endpoint::new(address, &[Function { binary: WATCHED.into(), ..noop() }])?))
    }
}

/// The no-op function's program: beside this one.
pub fn probe() -> Result<PathBuf, Failure> {
    Ok(std::env::current_exe()?.with_file_name(FUNCTION))
}

fn noop() -> Function {
    Function {
        logical_id: "noop".into(),
        name: "noop".into(),
        arn: "arn:aws:lambda:us-east-1:000000000000:function:noop".into(),
        role_arn: "arn:aws:iam::000000000000:role/noop".into(),
        handler: "bootstrap".into(),
        runtime: "provided.al2023".into(),
        description: String::new(),
        code_uri: PathBuf::from("."),
        binary: FUNCTION.into(),
        command: Vec::new(),
        timeout: Duration::from_secs(60),
        memory_size_mib: 256,
        environment: [("NOOP".to_owned(), "1".to_owned())].into(),
        event_invoke: EventInvoke::default(),
        environments_max: ENVIRONMENTS,
        compute: Compute::OnDemand,
        niceness: 0,
    }
}

/// A running mapping.
pub struct Running {
    pub handle: MappingHandle,
    pub calls: mpsc::UnboundedReceiver<Call>,
    invoker: Arc<Invoker>,
    stop: CancellationToken,
}

impl Running {
    /// Starts a mapping with window 0 on a topic.
    pub async fn start(way: Way, bootstrap: &str, topic: &str, batch_size: usize) -> Result<Self, Failure> {
        let (sender, calls) = mpsc::unbounded_channel();
        let invoker = Arc::new(Invoker { way, calls: sender });
        // The functions' start is not what is measured.
        let warm = || invoker.invoke(Invocation { function: "noop".into(), payload: "{}".into() });
        let warmed = futures::future::join_all((0..ENVIRONMENTS * 4).map(|_| warm())).await;
        if let Some(failed) = warmed.iter().find(|outcome| !matches!(outcome, InvokeOutcome::Success(_))) {
            return Err(format!("the function cannot be called: {failed:?}").into());
        }
        let stop = CancellationToken::new();
        let options = EsmOptions { max_concurrent_invocations: ENVIRONMENTS, ..EsmOptions::default() };
        let config = mapping(bootstrap, topic, batch_size);
        let handle = Mapping::start(config, options, Arc::clone(&invoker), stop.clone())?;
        let mut calls = calls;
        while calls.try_recv().is_ok() {}
        Ok(Self { handle, calls, invoker, stop })
    }

    /// Waits for the next call to end.
    pub async fn next_call(&mut self) -> Result<Call, Failure> {
        let call = tokio::time::timeout(Duration::from_secs(60), self.calls.recv()).await?;
        call.ok_or_else(|| "the mapping has ended".into())
    }

    /// Ends everything.
    pub async fn end(self) {
        self.stop.cancel();
        self.handle.join().await;
        if let Way::Host(host) = &self.invoker.way {
            host.shutdown().await;
        }
    }
}

fn mapping(bootstrap: &str, topic: &str, batch_size: usize) -> MappingConfig {
    MappingConfig {
        id: "Bench".to_owned(),
        uuid: "00000000-0000-4000-8000-000000000000".to_owned(),
        function: "noop".to_owned(),
        function_arn: "arn:aws:lambda:us-east-1:000000000000:function:noop".to_owned(),
        source: EventSource::SelfManaged,
        bootstrap_servers: bootstrap.to_owned(),
        topic: topic.to_owned(),
        consumer_group_id: format!("bench-{topic}-{batch_size}-{:?}", Instant::now()).replace(['{', '}'], ""),
        enabled: true,
        batch_size,
        maximum_batching_window: Duration::ZERO,
        starting_position: StartingPosition::TrimHorizon,
        report_batch_item_failures: true,
        bisect_batch_on_function_error: false,
        maximum_retry_attempts: None,
        maximum_record_age: None,
        on_failure: None,
        filter_patterns: Vec::new(),
        provisioned_pollers: None,
        source_access: SourceAccess::default(),
        schema_registry: None,
        system_log_level: None,
    }
}
