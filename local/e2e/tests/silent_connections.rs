//! Connections to the database that went silent, as those do that were idle while their environment was frozen:
//! no answer, no end.
#![allow(clippy::expect_used, reason = "a test fails by panicking")]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use gateway_mysql::{Database, Settings};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// A proxy in front of the database.
struct Network {
    port: u16,
    made: Arc<AtomicUsize>,
    /// Connections made before this many are silent.
    silent_before: watch::Sender<usize>,
}

impl Network {
    async fn before(server: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let port = listener.local_addr().expect("bound").port();
        let (silent_before, silence) = watch::channel(0);
        let made = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&made);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let number = count.fetch_add(1, Ordering::SeqCst);
                let server = TcpStream::connect(&server).await.expect("the database is there");
                tokio::spawn(carry(client, server, silence.clone(), number));
            }
        });
        Self { port, made, silent_before }
    }
}

/// Carries bytes both ways until the connection is to be silent; then holds it open and swallows them.
async fn carry(
    mut client: TcpStream,
    mut server: TcpStream,
    mut silence: watch::Receiver<usize>,
    number: usize,
) {
    let copied = tokio::select! {
        copied = tokio::io::copy_bidirectional(&mut client, &mut server) => copied.is_ok(),
        _ = silence.wait_for(|silent_before| number < *silent_before) => false,
    };
    if copied {
        return;
    }
    let mut swallowed = Vec::new();
    while client.read_buf(&mut swallowed).await.is_ok_and(|length| length > 0) {
        swallowed.clear();
    }
    drop(server.shutdown().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_went_silent_costs_half_a_second_and_no_error() {
    let url = harness::Endpoints::from_env().database;
    let (user, rest) = url.rsplit_once('@').expect("DATABASE_URL has a user");
    let (server, name) = rest.split_once('/').expect("DATABASE_URL names a database");
    let network = Network::before(server.to_owned()).await;
    let address = format!("{user}@127.0.0.1:{}/{name}", network.port);
    // Every use counts as one after a pause.
    let settings = Settings { idle_before_check: Duration::ZERO, ..Settings::new(address) };
    let (acquire_timeout, check_timeout) = (settings.acquire_timeout, settings.check_timeout);
    let database = Database::open(&settings).expect("the URL is one");
    database.ping().await.expect("the database answers");
    let made = network.made.load(Ordering::SeqCst);

    network.silent_before.send_replace(made);
    let asked = Instant::now();
    database.ping().await.expect("over a new connection");
    let took = asked.elapsed();
    let made_since = network.made.load(Ordering::SeqCst) - made;
    assert!(
        made_since > 0 && took < acquire_timeout,
        "{took:?} of {check_timeout:?}, {made_since} connections"
    );
}
