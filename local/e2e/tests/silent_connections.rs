//! Connections to the database that went silent, as those do that were idle while their environment was frozen:
//! no answer, no end.
#![allow(clippy::expect_used, reason = "a test fails by panicking")]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use gateway_conformance::network::{Eavesdropper, Network};
use gateway_mysql::{Database, Settings};
use tokio::sync::watch;
use tokio::task::JoinSet;

/// `COM_PING`: one byte of payload, the first packet of its command.
const PING: [u8; 5] = [1, 0, 0, 0, 0x0e];

/// Hears the pings by which connections are tried, one at a time: when the pool is given them back, and before they
/// are used after a pause.
#[derive(Default)]
struct Pings {
    asked: AtomicUsize,
    answered: watch::Sender<usize>,
    /// The connection goes silent instead of carrying the ping of this number, counted from 1.
    silent_at: usize,
}

impl Eavesdropper for Pings {
    fn client_sends(&self, bytes: &[u8]) -> bool {
        bytes != PING || self.asked.fetch_add(1, Ordering::SeqCst) + 1 != self.silent_at
    }

    fn server_sends(&self, _: &mut [u8], _: u16) {
        self.answered.send_replace(self.asked.load(Ordering::SeqCst));
    }
}

/// A database with one connection, so that whoever wants it waits until it is given back.
struct Pool {
    network: Network,
    pings: Arc<Pings>,
    settings: Settings,
    database: Database,
}

impl Pool {
    async fn open(pings: Pings, adjust: impl FnOnce(&mut Settings)) -> Self {
        let url = harness::Endpoints::from_env().database;
        let (user, rest) = url.rsplit_once('@').expect("DATABASE_URL has a user");
        let (server, name) = rest.split_once('/').expect("DATABASE_URL names a database");
        let pings = Arc::new(pings);
        let network = Network::before(server.to_owned(), Arc::clone(&pings)).await;
        // In clear, so that pings can be heard.
        let address = format!("{user}@127.0.0.1:{}/{name}?ssl-mode=disabled", network.port());
        let mut settings = Settings { connections_max: 1, ..Settings::new(address) };
        adjust(&mut settings);
        let database = Database::open(&settings).expect("the URL is one");
        Self { network, pings, settings, database }
    }

    /// Asks the database for something, which takes a second connection; how long it took.
    async fn ask_again(&self) -> Duration {
        let asked = Instant::now();
        self.database.ping().await.expect("over a new connection");
        let took = asked.elapsed();
        assert_eq!(self.network.made(), 2);
        assert!(took < self.settings.acquire_timeout, "{took:?}");
        took
    }
}

/// The pool is given back its connection after each use.
fn keep_nothing(settings: &mut Settings) {
    settings.kept_for = Duration::ZERO;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_in_steady_use_is_not_tried() {
    // However slow this machine is.
    let steady = |settings: &mut Settings| settings.idle_before_check = Duration::from_secs(60);
    let pool = Pool::open(Pings::default(), steady).await;
    for _ in 0..20 {
        pool.database.ping().await.expect("the database answers");
    }
    assert_eq!(pool.pings.asked.load(Ordering::SeqCst), 0);
    assert_eq!(pool.network.made(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_waits_for_the_only_connection_gets_it() {
    let pool = Arc::new(Pool::open(Pings::default(), |_| ()).await);
    let mut uses = JoinSet::new();
    for _ in 0..16 {
        let pool = Arc::clone(&pool);
        uses.spawn(async move {
            for _ in 0..20 {
                pool.database.ping().await.expect("in time");
            }
        });
    }
    uses.join_all().await;
    assert_eq!(pool.network.made(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_went_silent_costs_half_a_second_and_no_error() {
    for kept_for in [Duration::ZERO, Duration::from_secs(60)] {
        let adjust = |settings: &mut Settings| {
            settings.kept_for = kept_for;
            // Every use counts as one after a pause.
            settings.idle_before_check = Duration::ZERO;
        };
        let pool = Pool::open(Pings::default(), adjust).await;
        pool.database.ping().await.expect("the database answers");
        if kept_for.is_zero() {
            // A ping precedes its return; before that, nobody would be given it.
            let mut answered = pool.pings.answered.subscribe();
            answered.wait_for(|answered| *answered == 1).await.expect("the network stands");
        }
        pool.network.silence_what_stands();
        let took = pool.ask_again().await;
        assert!(took >= pool.settings.check_timeout, "it was tried: {took:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_goes_silent_while_it_is_given_back_does_not_keep_its_place() {
    let pool = Pool::open(Pings { silent_at: 1, ..Pings::default() }, keep_nothing).await;
    pool.database.ping().await.expect("the database answers");
    pool.ask_again().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_is_dropped_amid_a_use_is_closed_and_keeps_no_place() {
    let pool = Pool::open(Pings::default(), |_| ()).await;
    pool.database.ping().await.expect("the database answers");
    pool.network.silence_what_stands();
    let given_up = tokio::time::timeout(Duration::from_millis(100), pool.database.ping()).await;
    assert!(given_up.is_err(), "nobody answers");
    pool.ask_again().await;
}
