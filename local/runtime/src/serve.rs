//! A small HTTP/1.1 server: one listener, one service, and an end from outside.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

/// An answer of this crate's servers.
pub(crate) type Answer = Response<Full<Bytes>>;

/// Connections of one server; more wait in the kernel's backlog.
const CONNECTIONS_MAX: usize = 4_096;
/// A client that opens a connection and sends no whole request head is let go after this.
const HEAD_READ_MAX: Duration = Duration::from_secs(30);

/// Answers requests.
pub(crate) trait Service: Clone + Send + Sync + 'static {
    /// Answers one request from a peer.
    fn answer(&self, request: Request<Incoming>, peer: SocketAddr) -> impl Future<Output = Answer> + Send;
}

/// Serves until the shutdown, then finishes the requests under way.
pub(crate) async fn serve<S: Service>(listener: TcpListener, service: S, shutdown: CancellationToken) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            biased;
            () = shutdown.cancelled() => break,
            Some(_) = connections.join_next() => {}
            accepted = listener.accept(), if connections.len() < CONNECTIONS_MAX => match accepted {
                Ok((stream, peer)) => {
                    connections.spawn(connection(stream, peer, service.clone(), shutdown.clone()));
                }
                // Out of file descriptors, most likely: those in use come free again.
                Err(error) => {
                    tracing::warn!(%error, "cannot accept a connection");
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
            }
        }
    }
    drop(listener);
    connections.join_all().await;
}

async fn connection<S: Service>(
    stream: TcpStream,
    peer: SocketAddr,
    service: S,
    shutdown: CancellationToken,
) {
    // Without it, an answer in two segments waits 40 ms for a delayed acknowledgement.
    drop(stream.set_nodelay(true));
    let service = service_fn(|request| {
        let service = service.clone();
        async move { Ok::<_, Infallible>(service.answer(request, peer).await) }
    });
    let mut server = hyper::server::conn::http1::Builder::new();
    server.timer(TokioTimer::new()).header_read_timeout(HEAD_READ_MAX);
    let mut connection = std::pin::pin!(server.serve_connection(TokioIo::new(stream), service));
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = shutdown.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        // Clients go away in the middle of things; that is theirs to know.
        tracing::trace!(%error, "connection");
    }
}
