//! Many charges at once are all made, each once; `-- --nocapture throughput` shows how fast.

use std::time::Instant;

use psp_simulator::{Options, Running};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::runtime::Builder;

use crate::client::body;

const CONNECTIONS: usize = 16;
const CHARGES_EACH: usize = 250;

/// The server has one thread, and a bare client on another keeps it busy.
#[test]
fn throughput_of_one_core() {
    let server = Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let psp = server.block_on(Running::start(Options::default())).unwrap();
    let client = Builder::new_current_thread().enable_all().build().unwrap();
    let started = Instant::now();
    client.block_on(async {
        let callers: Vec<_> =
            (0..CONNECTIONS).map(|caller| tokio::spawn(call(psp.address, caller))).collect();
        for caller in callers {
            caller.await.unwrap();
        }
    });
    let elapsed = started.elapsed();
    let charges = CONNECTIONS * CHARGES_EACH;
    println!("{charges} charges in {elapsed:?}: {} a second", charges as u128 * 1_000 / elapsed.as_millis());
    let answer = client.block_on(async {
        let summary = reqwest::get(format!("{}/_simulator/summary", psp.url())).await.unwrap();
        summary.json::<serde_json::Value>().await.unwrap()
    });
    assert_eq!(answer["charges"], charges);
    server.block_on(psp.stop()).unwrap();
}

async fn call(address: std::net::SocketAddr, caller: usize) {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.set_nodelay(true).unwrap();
    let body = body("approve").to_string();
    let mut answer = vec![0_u8; 8 * 1024];
    for number in 0..CHARGES_EACH {
        let head = format!(
            "POST /charges HTTP/1.1\r\nhost: psp\r\nauthorization: Bearer {}\r\nx-api-version: 4.0\r\n\
             x-idempotency-key: {caller}-{number}\r\ncontent-length: {}\r\n\r\n",
            Options::default().token,
            body.len()
        );
        stream.write_all(&[head.as_bytes(), body.as_bytes()].concat()).await.unwrap();
        let length = stream.read(&mut answer).await.unwrap();
        assert!(
            answer[..length].starts_with(b"HTTP/1.1 201"),
            "{}",
            String::from_utf8_lossy(&answer[..length])
        );
    }
}
