//! A network that forgets connections without telling either side, as happens to those that were idle while
//! their environment was frozen: no answer, no end.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// Who sees what travels through a [`Network`].
pub trait Eavesdropper: Send + Sync + 'static {
    /// Bytes of a client on their way; false if this connection is to be silent from here on.
    fn client_sends(&self, _bytes: &[u8]) -> bool {
        true
    }

    /// Bytes of the server, which has brought them to the proxy's own `port`.
    fn server_sends(&self, _bytes: &mut [u8], _port: u16) {}
}

/// A proxy in front of one server.
pub struct Network {
    port: u16,
    made: Arc<AtomicUsize>,
    /// Connections made before this many are silent.
    silent_before: watch::Sender<usize>,
}

/// One direction of one connection.
struct Carrier<E> {
    eavesdropper: Arc<E>,
    number: usize,
    port: u16,
    is_client: bool,
    silent_before: watch::Sender<usize>,
}

impl Network {
    /// A proxy on a free port of loopback before the server at `address`.
    pub async fn before<E: Eavesdropper>(address: String, eavesdropper: Arc<E>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let silent_before = watch::Sender::new(0);
        let made = Arc::new(AtomicUsize::new(0));
        let (count, silence) = (Arc::clone(&made), silent_before.clone());
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let number = count.fetch_add(1, Ordering::SeqCst);
                let (from_client, to_client) = client.into_split();
                let (from_server, to_server) = TcpStream::connect(&address).await.unwrap().into_split();
                let carrier = |is_client| Carrier {
                    eavesdropper: Arc::clone(&eavesdropper),
                    number,
                    port,
                    is_client,
                    silent_before: silence.clone(),
                };
                tokio::spawn(carrier(true).carry(from_client, to_server));
                tokio::spawn(carrier(false).carry(from_server, to_client));
            }
        });
        Self { port, made, silent_before }
    }

    /// Where clients connect.
    #[must_use]
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// Connections that were made so far.
    #[must_use]
    pub fn made(&self) -> usize {
        self.made.load(Ordering::SeqCst)
    }

    /// From now on nothing comes through connections that stand, and they go on standing.
    pub fn silence_what_stands(&self) {
        self.silent_before.send_replace(self.made());
    }
}

impl<E: Eavesdropper> Carrier<E> {
    /// Carries bytes until the connection is to be silent; then swallows them, and keeps it open.
    async fn carry(self, mut from: OwnedReadHalf, mut to: OwnedWriteHalf) {
        let mut buffer = vec![0; 64 * 1024];
        while let Ok(length @ 1..) = from.read(&mut buffer).await {
            let bytes = &mut buffer[..length];
            if !self.is_silent() {
                if self.is_client && !self.eavesdropper.client_sends(bytes) {
                    self.silent_before.send_modify(|before| *before = (*before).max(self.number + 1));
                    continue;
                }
                if !self.is_client {
                    self.eavesdropper.server_sends(bytes, self.port);
                }
                if to.write_all(bytes).await.is_err() {
                    return;
                }
            }
        }
        // Held open to the end of the test, as a dead connection is.
        if self.is_silent() {
            std::future::pending::<()>().await;
        }
    }

    fn is_silent(&self) -> bool {
        self.number < *self.silent_before.borrow()
    }
}
