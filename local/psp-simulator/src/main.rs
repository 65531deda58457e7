//! The simulator as a program: `psp-simulator --help`.

use std::net::SocketAddr;

use clap::Parser;
use psp_simulator::{Options, SimulatorError, serve};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::EnvFilter;

/// A simulator of PagBank's charge API.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    /// Where to listen.
    #[arg(long, env = "PSP_SIMULATOR_LISTEN", default_value = "127.0.0.1:4010")]
    listen: SocketAddr,
    #[command(flatten)]
    options: Options,
}

#[tokio::main]
async fn main() -> Result<(), SimulatorError> {
    let arguments = Arguments::parse();
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt().with_env_filter(filter).init();
    let shutdown = shutdown().map_err(SimulatorError::Listener)?;
    let listener = TcpListener::bind(arguments.listen).await.map_err(SimulatorError::Listener)?;
    tracing::info!(listen = %arguments.listen, "PagBank's charge API is simulated");
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
