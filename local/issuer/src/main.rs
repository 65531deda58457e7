//! The issuer as a program: `token-issuer --help`.

use std::net::SocketAddr;

use clap::Parser;
use token_issuer::{IssuerError, Options, serve};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::EnvFilter;

/// An OpenID issuer for development: tokens for whoever asks, on loopback only.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    /// Where to listen.
    #[arg(long, default_value = "127.0.0.1:4020")]
    listen: SocketAddr,
    #[command(flatten)]
    options: Options,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), IssuerError> {
    let arguments = Arguments::parse();
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt().with_env_filter(filter).init();
    let shutdown = shutdown().map_err(IssuerError::Listener)?;
    let listener = TcpListener::bind(arguments.listen).await.map_err(IssuerError::Listener)?;
    serve(listener, arguments.options, shutdown).await
}

/// Completes at the first SIGTERM or SIGINT. The handlers are in place when this returns.
fn shutdown() -> std::io::Result<impl Future<Output = ()>> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => (),
            _ = interrupt.recv() => (),
        }
    })
}
