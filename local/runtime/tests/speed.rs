//! Many calls at once are all answered; `-- --nocapture` shows how fast.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "tests fail by panicking, and a measure is printed"
)]

mod support;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use esm_local::host::Host;
use esm_local::http_api::{self, Disabled, HttpApi};
use esm_local::template::{Application, PayloadFormat, Place, Route};
use http_body_util::{BodyExt as _, Full};
use hyper_util::rt::TokioIo;
use serde_json::json;
use support::{call, host, options, probe, success};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;

const CALLS: usize = 4_000;

/// Prints the rate and percentiles of a run.
fn report(what: &str, mut latencies: Vec<Duration>, elapsed: Duration) {
    latencies.sort_unstable();
    let at = |permille: usize| latencies[(latencies.len() - 1) * permille / 1_000].as_micros();
    let rate = latencies.len() as u128 * 1_000_000 / elapsed.as_micros();
    println!("{what}: {rate}/s, p50 {} us, p99 {} us, max {} us", at(500), at(990), at(1_000));
}

async fn invoke_in(host: Arc<Host>, clients: usize) {
    let started = Instant::now();
    let tasks: Vec<_> = (0..clients)
        .map(|_| {
            let host = Arc::clone(&host);
            tokio::spawn(async move {
                let mut latencies = Vec::new();
                for _ in 0..CALLS / clients {
                    let started = Instant::now();
                    success(call(&host, &json!({})).await);
                    latencies.push(started.elapsed());
                }
                latencies
            })
        })
        .collect();
    let mut latencies = Vec::new();
    for task in tasks {
        latencies.extend(task.await.unwrap());
    }
    report(&format!("invoke, {clients} clients"), latencies, started.elapsed());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn warm_invokes() {
    for clients in [1, 2, 4, 8] {
        let mut function = probe("probe");
        function.environments_max = clients;
        let host = host(function, options());
        success(call(&host, &json!({})).await);
        invoke_in(Arc::clone(&host), clients).await;
        host.shutdown().await;
    }
}

async fn get_in(address: SocketAddr, clients: usize) {
    let started = Instant::now();
    let tasks: Vec<_> = (0..clients).map(|_| tokio::spawn(get_many(address, CALLS / clients))).collect();
    let mut latencies = Vec::new();
    for task in tasks {
        latencies.extend(task.await.unwrap());
    }
    report(&format!("GET, {clients} clients"), latencies, started.elapsed());
}

async fn get_many(address: SocketAddr, requests: usize) -> Vec<Duration> {
    let stream = TcpStream::connect(address).await.unwrap();
    stream.set_nodelay(true).unwrap();
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    let mut latencies = Vec::new();
    for _ in 0..requests {
        let request = http::Request::get("/things/1").header("host", "localhost");
        let request = request.body(Full::new(Bytes::new())).unwrap();
        let started = Instant::now();
        let response = sender.send_request(request).await.unwrap();
        assert_eq!(response.status(), 200);
        response.into_body().collect().await.unwrap();
        latencies.push(started.elapsed());
    }
    latencies
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn http_requests() {
    let mut function = probe("probe");
    function.environments_max = 4;
    let application = Application {
        place: Place { region: "us-east-1".into(), account_id: "0".into(), partition: "aws".into() },
        routes: vec![Route {
            function: "probe".into(),
            api: "Api".into(),
            method: None,
            path: "/things/{id}".into(),
            authorizer: None,
            scopes: Vec::new(),
            timeout: Duration::from_secs(30),
            payload_format: PayloadFormat::V2,
        }],
        functions: Vec::new(),
        apis: Default::default(),
        mappings: Vec::new(),
        schedules: Vec::new(),
        ignored: Vec::new(),
        warnings: Vec::new(),
    };
    let host = host(function, options());
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let shutdown = CancellationToken::new();
    let api = HttpApi::new(&application, Arc::clone(&host), Disabled);
    let server = tokio::spawn(http_api::run(listener, api, shutdown.clone()));
    for clients in [1, 4, 8] {
        get_in(address, clients).await;
    }
    shutdown.cancel();
    server.await.unwrap();
    host.shutdown().await;
}
