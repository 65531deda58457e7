//! `esm-local run`: wires the parts together and ends them in order.

use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4};
use std::sync::Arc;
use std::time::Duration;

use esm_local::debug::Debugger;
use esm_local::esm::status::MappingStatus;
use esm_local::host::{HostOptions, LogBook};
use esm_local::http_api::{self, Authorize, Disabled, HttpApi, Jwt, JwtOptions};
use esm_local::invoke_api::{self, EventRetries, Events, Introspect, InvokeApi};
use esm_local::schedule::{self, Runner};
use esm_local::template::{Application, AuthorizerSetting, Function, Settings, Template};
use futures::future::BoxFuture;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tracing_subscriber::EnvFilter;

use super::development;
use super::invoker::Invoker;
use super::mappings::{self, Mappings};
use super::signals::Signals;
use super::{Error, Run};

/// Where the APIs listen unless something else is said …
const HTTP_DEFAULT: SocketAddr = SocketAddr::V4(SocketAddrV4::new(Ipv4Addr::LOCALHOST, 3000));
/// … and where the Invoke API does, as that of `cargo lambda watch`.
const INVOKE_DEFAULT: SocketAddr = SocketAddr::V4(SocketAddrV4::new(Ipv4Addr::LOCALHOST, 9000));

impl Run {
    /// Runs until a signal comes.
    pub(super) fn execute(self) -> Result<(), Error> {
        let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
        tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
        let config = self.source.config()?;
        let template = self.source.read(config.as_ref())?;
        let run = match &config {
            Some(config) => {
                tracing::info!(file = %config.file.display(), "configured");
                self.over(config)
            }
            None => self,
        };
        run.start(&template)
    }

    fn start(self, template: &Template) -> Result<(), Error> {
        let mut application = template.application()?;
        application.warnings.iter().for_each(|warning| tracing::warn!("{warning}"));
        let debugger = development::debugger(&self, &mut application)?;
        let jwt = authorizers(&application, template.settings())?;
        if let Some(folder) = &self.log_dir {
            std::fs::create_dir_all(folder)?;
        }
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
        runtime.block_on(self.serve(template.settings(), application, jwt, debugger))
    }

    async fn serve(
        self,
        settings: &Settings,
        application: Application,
        jwt: Option<Jwt>,
        debugger: Option<Arc<Debugger>>,
    ) -> Result<(), Error> {
        let mut signals = Signals::listen()?;
        let http = bind(self.http.unwrap_or(HTTP_DEFAULT), "--http").await?;
        let invoke = bind(self.invoke.unwrap_or(INVOKE_DEFAULT), "--invoke").await?;
        let logs = LogBook::new(self.log_dir.clone());
        let options = development::with_debugger(HostOptions::new(Arc::clone(&logs)), debugger.as_ref());
        let invoker = Arc::new(Invoker::new(&self, settings, &application, options)?);
        let ready = tokio::select! {
            ready = invoker.ready() => ready,
            () = signals.next() => Err("ended before functions could be called".into()),
        };
        if ready.is_err() {
            invoker.shutdown().await;
        }
        ready?;
        let parts = Parts { application, invoker, logs, shutdown: CancellationToken::new() };
        let addresses = json!({
            "http": http.local_addr()?.to_string(),
            "invoke": invoke.local_addr()?.to_string(),
            "processId": std::process::id(),
        });
        let mut running = parts.start(http, invoke, jwt, settings).await?;
        development::start(&self, &parts.application, &parts.invoker, &parts.shutdown, &mut running.tasks);
        tracing::info!(http = %addresses["http"], invoke = %addresses["invoke"], "ready");
        if let Some(file) = &self.ready_file {
            std::fs::write(file, addresses.to_string())?;
        }
        signals.next().await;
        tracing::info!("stopping: finishing what is under way; once more ends at once");
        let ended = tokio::select! {
            () = parts.stop(running) => Ok(()),
            // The kernel ends the functions with this process.
            () = signals.next() => Err("ended before everything under way was finished".into()),
        };
        if let Some(file) = &self.ready_file {
            // Its absence says the same.
            drop(std::fs::remove_file(file));
        }
        ended
    }
}

/// What everything that runs is made of.
struct Parts {
    application: Application,
    invoker: Arc<Invoker>,
    logs: Arc<LogBook>,
    shutdown: CancellationToken,
}

/// What is to be waited for at the end.
struct Running {
    tasks: JoinSet<()>,
    mappings: Arc<Mappings<Invoker>>,
    events: Arc<Events>,
}

impl Parts {
    async fn start(
        &self,
        http: TcpListener,
        invoke: TcpListener,
        jwt: Option<Jwt>,
        settings: &Settings,
    ) -> Result<Running, Error> {
        let mappings = mappings::start_mappings(
            &self.application,
            &settings.runtime,
            &self.logs,
            &self.invoker,
            &self.shutdown,
        );
        let mappings = Arc::new(mappings.await?);
        let events = Events::new(event_retries(settings), settings.runtime.places(), self.shutdown.clone());
        let mut tasks = JoinSet::new();
        match jwt {
            Some(jwt) => tasks.spawn(http_api::run(http, self.http_api(jwt), self.shutdown.clone())),
            None => tasks.spawn(http_api::run(http, self.http_api(Disabled), self.shutdown.clone())),
        };
        let api = InvokeApi {
            invoker: Arc::clone(&self.invoker),
            functions: Arc::new(self.application.functions.clone()),
            mappings: Arc::clone(&mappings),
            brokers: settings.runtime.bootstrap_servers.clone(),
            runtime: Arc::new(Inside {
                mappings: Arc::clone(&mappings),
                invoker: Arc::clone(&self.invoker),
                shutdown: self.shutdown.clone(),
            }),
            events: Arc::clone(&events),
        };
        tasks.spawn(invoke_api::run(invoke, api, self.shutdown.clone()));
        for schedule in self.application.schedules.iter().filter(|schedule| schedule.enabled) {
            tasks.spawn(schedule::run(schedule.clone(), self.runner(&schedule.function)));
        }
        Ok(Running { tasks, mappings, events })
    }

    fn http_api<A: Authorize>(&self, authorize: A) -> HttpApi<Invoker, A> {
        HttpApi::new(&self.application, Arc::clone(&self.invoker), authorize)
    }

    fn runner(&self, function: &str) -> Runner<Invoker> {
        let is_called = |candidate: &&Function| candidate.name == function;
        let function = self.application.functions.iter().find(is_called);
        Runner {
            invoker: Arc::clone(&self.invoker),
            place: self.application.place.clone(),
            overlap_max: function.map_or(1, Function::calls_max),
            shutdown: self.shutdown.clone(),
        }
    }

    /// No new work, then the end of the work under way, then the end of the functions.
    async fn stop(&self, running: Running) {
        self.shutdown.cancel();
        running.mappings.join().await;
        running.tasks.join_all().await;
        running.events.ended().await;
        self.invoker.shutdown().await;
        self.logs.flush().await;
        tracing::info!("stopped");
    }
}

/// What the runtime tells about itself.
struct Inside {
    mappings: Arc<Mappings<Invoker>>,
    invoker: Arc<Invoker>,
    shutdown: CancellationToken,
}

impl Introspect for Inside {
    fn health(&self) -> BoxFuture<'_, Value> {
        Box::pin(async {
            let is_ready = !self.shutdown.is_cancelled();
            json!({"ready": is_ready, "mappings": mappings::states(&self.mappings).await, "functions": self.invoker.stats()})
        })
    }

    fn mappings(&self) -> BoxFuture<'_, Vec<MappingStatus>> {
        Box::pin(self.mappings.statuses(true))
    }
}

fn event_retries(settings: &Settings) -> EventRetries {
    let wait = |seconds| Duration::try_from_secs_f64(seconds).unwrap_or_default();
    let waits = settings.runtime.event_retry_seconds.as_ref();
    let waits = waits.map(|waits| waits.iter().map(|&seconds| wait(seconds)).collect());
    waits.map_or_else(EventRetries::default, EventRetries)
}

/// The template's authorizers, unless the parameters file turns them off; never in silence.
fn authorizers(application: &Application, settings: &Settings) -> Result<Option<Jwt>, Error> {
    let guarded = application.routes.iter().filter(|route| route.authorizer.is_some()).count();
    let options = match &settings.authorizer {
        Some(AuthorizerSetting::Off(_)) => {
            if guarded > 0 {
                tracing::warn!(routes = guarded, "Authorizer: disabled - nobody's token is checked");
            }
            return Ok(None);
        }
        Some(AuthorizerSetting::Enforced(options)) => options.clone(),
        None => JwtOptions::default(),
    };
    Ok(Some(Jwt::new(application, &options)?))
}

async fn bind(address: SocketAddr, option: &str) -> Result<TcpListener, Error> {
    TcpListener::bind(address).await.map_err(|error| {
        format!("{address} cannot be listened on ({error}): choose another by {option}").into()
    })
}
