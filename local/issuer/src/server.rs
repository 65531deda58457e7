//! Serves the issuer, as a program or within a test.

use std::future::Future;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, RwLock};

use clap::Args;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::keyring::Keyring;
use crate::routes::{Issuer, router};
use crate::token::Realm;

/// The issuer's options.
#[derive(Debug, Clone, Args)]
pub struct Options {
    /// The realm: the issuer is http://ADDRESS/realms/REALM.
    #[arg(long, default_value = "development")]
    pub realm: String,
    /// Who the tokens are for (aud).
    #[arg(long, default_value = "development")]
    pub audience: String,
    /// Where the keys are kept, so that they outlive the process. In memory without it.
    #[arg(long, value_name = "FOLDER")]
    pub keys: Option<PathBuf>,
}

impl Default for Options {
    fn default() -> Self {
        Self { realm: "development".to_owned(), audience: "development".to_owned(), keys: None }
    }
}

/// Why the issuer could not run.
#[derive(Debug, thiserror::Error)]
pub enum IssuerError {
    /// The address is taken, or may not be bound.
    #[error("the listener failed: {0}")]
    Listener(#[source] io::Error),
    /// The keys cannot be read or written.
    #[error("the keys cannot be used: {0}; remove their folder to start afresh")]
    Keys(#[source] io::Error),
    /// Whoever reached it could be anybody.
    #[error("{0} is not on loopback: an issuer that signs for whoever asks listens nowhere else")]
    NotLoopback(SocketAddr),
}

/// Serves on `listener` until `shutdown` completes.
///
/// # Errors
/// When the listener is not on loopback, or the keys cannot be had.
pub async fn serve(
    listener: TcpListener,
    options: Options,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> Result<(), IssuerError> {
    let address = listener.local_addr().map_err(IssuerError::Listener)?;
    if !address.ip().is_loopback() {
        return Err(IssuerError::NotLoopback(address));
    }
    let path = format!("/realms/{}", options.realm);
    let issuer = Issuer {
        realm: Realm { issuer: format!("http://{address}{path}"), audience: options.audience },
        keys: RwLock::new(Keyring::open(options.keys).map_err(IssuerError::Keys)?),
        key_sets_served: AtomicU64::new(0),
    };
    tracing::info!(issuer = issuer.realm.issuer, "tokens are issued");
    let served = axum::serve(listener, router(&path, Arc::new(issuer))).with_graceful_shutdown(shutdown);
    served.await.map_err(IssuerError::Listener)
}

/// An issuer in this process, on a free port of the loopback, for tests.
#[derive(Debug)]
pub struct Running {
    /// Where it listens.
    pub address: SocketAddr,
    /// Its name: `iss` of its tokens.
    pub issuer: String,
    stop: oneshot::Sender<()>,
    task: JoinHandle<Result<(), IssuerError>>,
}

impl Running {
    /// Starts one.
    ///
    /// # Errors
    /// When no port can be bound.
    pub async fn start(options: Options) -> Result<Self, IssuerError> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.map_err(IssuerError::Listener)?;
        let address = listener.local_addr().map_err(IssuerError::Listener)?;
        let issuer = format!("http://{address}/realms/{}", options.realm);
        let (stop, stopped) = oneshot::channel();
        let task = tokio::spawn(serve(listener, options, async { drop(stopped.await) }));
        Ok(Self { address, issuer, stop, task })
    }

    /// Stops it and waits until it has.
    ///
    /// # Errors
    /// Those of [`serve`].
    pub async fn stop(self) -> Result<(), IssuerError> {
        drop(self.stop);
        self.task.await.unwrap_or(Ok(()))
    }
}
