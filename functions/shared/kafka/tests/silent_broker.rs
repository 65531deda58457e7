//! A connection that went silent, as one does that was idle while its environment was frozen: no answer, no end.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail by panicking")]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use gateway_kafka::{KafkaConfig, KafkaLog};
use gateway_ports::log::{MessageLog as _, OutgoingRecord};
use rdkafka::mocking::MockCluster;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

const TOPIC: &str = "order_queue";

/// A proxy in front of one mock broker, which it makes clients take for the broker itself.
struct Network {
    port: u16,
    made: Arc<AtomicUsize>,
    /// Connections made before this many are silent.
    silent_before: watch::Sender<usize>,
}

impl Network {
    async fn before(broker: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (silent_before, silence) = watch::channel(0);
        let made = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&made);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let number = count.fetch_add(1, Ordering::SeqCst);
                let server = TcpStream::connect(("127.0.0.1", broker)).await.unwrap();
                let (from_client, to_client) = client.into_split();
                let (from_server, to_server) = server.into_split();
                tokio::spawn(carry(from_client, to_server, silence.clone(), number, None));
                tokio::spawn(carry(from_server, to_client, silence.clone(), number, Some((broker, port))));
            }
        });
        Self { port, made, silent_before }
    }

    /// From now on nothing comes through connections that stand, and they go on standing.
    fn silence_what_stands(&self) {
        self.silent_before.send_replace(self.made.load(Ordering::SeqCst));
    }
}

/// Carries bytes until the connection is to be silent; then swallows them.
async fn carry(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    silence: watch::Receiver<usize>,
    number: usize,
    rename: Option<(u16, u16)>,
) {
    let mut buffer = vec![0; 64 * 1024];
    while let Ok(length @ 1..) = from.read(&mut buffer).await {
        if number < *silence.borrow() {
            continue;
        }
        let bytes = &mut buffer[..length];
        if let Some((broker, port)) = rename {
            rename_broker(bytes, broker, port);
        }
        if to.write_all(bytes).await.is_err() {
            return;
        }
    }
    // Held open to the end of the test, as a dead connection is.
    if number < *silence.borrow() {
        std::future::pending::<()>().await;
    }
}

/// Metadata name a broker by its host, as text, and its port in four bytes behind it.
fn rename_broker(bytes: &mut [u8], broker: u16, port: u16) {
    let named = [&b"127.0.0.1"[..], &u32::from(broker).to_be_bytes()].concat();
    let ours = [&b"127.0.0.1"[..], &u32::from(port).to_be_bytes()].concat();
    for start in 0..bytes.len().saturating_sub(named.len() - 1) {
        let part = &mut bytes[start..start + named.len()];
        if part == named {
            part.copy_from_slice(&ours);
        }
    }
}

fn record(value: &str) -> Vec<OutgoingRecord> {
    vec![OutgoingRecord { topic: TOPIC, key: "k".to_owned(), value: value.into(), headers: vec![] }]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_that_went_silent_is_replaced_within_one_call() {
    let cluster = MockCluster::new(1).unwrap();
    cluster.create_topic(TOPIC, 1, 1).unwrap();
    let broker: u16 = cluster.bootstrap_servers().rsplit(':').next().unwrap().parse().unwrap();
    let network = Network::before(broker).await;
    let config = KafkaConfig::plain(format!("127.0.0.1:{}", network.port));
    let delivery_timeout = config.delivery_timeout;
    let log = KafkaLog::new(config).unwrap();
    let first = log.produce(record("before")).await.remove(0).unwrap();
    let made = network.made.load(Ordering::SeqCst);

    network.silence_what_stands();
    let asked = Instant::now();
    let second = log.produce(record("after")).await.remove(0).unwrap();
    assert!(asked.elapsed() < delivery_timeout, "{:?}", asked.elapsed());
    assert_eq!((first.offset, second.offset), (0, 1), "written once");
    assert!(network.made.load(Ordering::SeqCst) > made, "over a new connection");

    // And that one is as good as any.
    let asked = Instant::now();
    assert_eq!(log.produce(record("later")).await.remove(0).unwrap().offset, 2);
    assert!(asked.elapsed() < Duration::from_secs(2), "{:?}", asked.elapsed());
}
