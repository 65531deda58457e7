//! Serves connections, and cuts them where a scenario says so: something that
//! `axum::serve` cannot do, since to it every response is to be sent.

use std::convert::Infallible;
use std::future::Future;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::response::Response;
use http::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service as _, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, oneshot, watch};
use tokio::task::{JoinHandle, JoinSet};

use crate::api::{CutConnection, router};
use crate::options::Options;
use crate::simulator::Simulator;
use crate::webhook;

/// Connections served at once; more wait in the listener's backlog.
const CONNECTIONS_MAX: usize = 4_096;
/// How long requests under way may take once the server is told to stop.
const DRAIN_MAX: Duration = Duration::from_secs(2);
/// The rest after a failed accept, such as for want of file descriptors.
const ACCEPT_AGAIN_AFTER: Duration = Duration::from_millis(50);

/// Why the simulator could not run.
#[derive(Debug, thiserror::Error)]
pub enum SimulatorError {
    /// The address is taken, or may not be bound.
    #[error("the listener failed: {0}")]
    Listener(#[source] io::Error),
    /// The journal cannot be read, or is none.
    #[error("the journal cannot be opened: {0}; move it away to start afresh")]
    Journal(#[source] io::Error),
}

/// Serves on `listener` until `shutdown` completes; then answers what is under way for a
/// little while and returns.
///
/// # Errors
/// When the journal cannot be opened.
pub async fn serve(
    listener: TcpListener,
    options: Options,
    shutdown: impl Future<Output = ()>,
) -> Result<(), SimulatorError> {
    let address = listener.local_addr().map_err(SimulatorError::Listener)?;
    let simulator =
        Simulator::open(options, &format!("http://{address}")).map_err(SimulatorError::Journal)?;
    let webhooks = tokio::spawn(webhook::run(Arc::clone(&simulator)));
    accept_until(&listener, &router(simulator), shutdown).await;
    webhooks.abort();
    Ok(())
}

async fn accept_until(listener: &TcpListener, router: &Router, shutdown: impl Future<Output = ()>) {
    let mut shutdown = pin!(shutdown);
    let slots = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    let (stop, stopped) = watch::channel(());
    let mut connections = JoinSet::new();
    loop {
        let accepted = tokio::select! {
            () = &mut shutdown => break,
            accepted = accept(listener, &slots) => accepted,
        };
        if let Some((stream, slot)) = accepted {
            let connection = connection(stream, router.clone(), stopped.clone());
            connections.spawn(async move {
                connection.await;
                drop(slot);
            });
        }
        // What has ended is let go of, so that the set does not grow with the requests.
        while connections.try_join_next().is_some() {}
    }
    drop(stop);
    let drained = async { while connections.join_next().await.is_some() {} };
    if tokio::time::timeout(DRAIN_MAX, drained).await.is_err() {
        tracing::info!("some requests were still under way and are cut");
    }
}

async fn accept(
    listener: &TcpListener,
    slots: &Arc<Semaphore>,
) -> Option<(TcpStream, tokio::sync::OwnedSemaphorePermit)> {
    let slot = Arc::clone(slots).acquire_owned().await.ok()?;
    match listener.accept().await {
        Ok((stream, _)) => Some((stream, slot)),
        Err(error) => {
            tracing::warn!(%error, "a connection was not accepted");
            tokio::time::sleep(ACCEPT_AGAIN_AFTER).await;
            None
        }
    }
}

/// What makes hyper close a connection without a word.
#[derive(Debug, thiserror::Error)]
#[error("the scenario cuts the connection")]
struct Cut;

async fn connection(stream: TcpStream, router: Router, mut stopped: watch::Receiver<()>) {
    let _ = stream.set_nodelay(true);
    let routes = TowerToHyperService::new(router);
    let service = service_fn(move |request: Request<Incoming>| {
        let answer = routes.call(request.map(Body::new));
        async move { answer.await.map_or_else(never, cut_or_send) }
    });
    let mut serving =
        pin!(http1::Builder::new().timer(TokioTimer::new()).serve_connection(TokioIo::new(stream), service));
    let ended = tokio::select! {
        ended = &mut serving => ended,
        _ = stopped.changed() => {
            serving.as_mut().graceful_shutdown();
            serving.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection ended early");
    }
}

fn never(impossible: Infallible) -> Result<Response, Cut> {
    match impossible {}
}

fn cut_or_send(response: Response) -> Result<Response, Cut> {
    if response.extensions().get::<CutConnection>().is_some() { Err(Cut) } else { Ok(response) }
}

/// A simulator in this process, on a free port of the loopback, for tests.
#[derive(Debug)]
pub struct Running {
    /// Where it listens.
    pub address: SocketAddr,
    stop: oneshot::Sender<()>,
    task: JoinHandle<Result<(), SimulatorError>>,
}

impl Running {
    /// Starts one.
    ///
    /// # Errors
    /// When no port can be bound.
    pub async fn start(options: Options) -> Result<Self, SimulatorError> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.map_err(SimulatorError::Listener)?;
        let address = listener.local_addr().map_err(SimulatorError::Listener)?;
        let (stop, stopped) = oneshot::channel();
        let task = tokio::spawn(async move { serve(listener, options, async { drop(stopped.await) }).await });
        Ok(Self { address, stop, task })
    }

    /// Its base URL, without a slash at the end.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Stops it and waits until it has.
    ///
    /// # Errors
    /// Those of [`serve`].
    pub async fn stop(self) -> Result<(), SimulatorError> {
        drop(self.stop);
        self.task.await.unwrap_or(Ok(()))
    }
}
