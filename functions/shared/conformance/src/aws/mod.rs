//! A stand-in for an AWS service over HTTP: it verifies each request's signature as AWS would, refuses what is not
//! signed by its one caller, and answers as told.

mod request;
mod signature;

use std::sync::{Arc, Mutex, PoisonError};

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

pub use request::Request;

/// Who may call, and for what.
#[derive(Debug, Clone)]
pub(crate) struct Scope {
    pub(crate) service: &'static str,
    pub(crate) region: &'static str,
    pub(crate) secret_key: &'static str,
}

/// The service; it ends with the test's runtime.
#[derive(Debug)]
pub struct StandIn {
    port: u16,
    requests: Arc<Mutex<Vec<Request>>>,
}

impl StandIn {
    /// A service that gives these answers to signed requests, one after the other, the last one for ever; and HTTP 403
    /// to all others.
    pub async fn start(
        service: &'static str,
        region: &'static str,
        secret_key: &'static str,
        answers: Vec<(u16, Value)>,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let requests = Arc::default();
        let world =
            World { scope: Scope { service, region, secret_key }, answers, requests: Arc::clone(&requests) };
        tokio::spawn(world.serve(listener));
        Self { port, requests }
    }

    /// The address of a path.
    #[must_use]
    pub fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    /// What was sent so far.
    #[must_use]
    pub fn requests(&self) -> Vec<Request> {
        self.requests.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

struct World {
    scope: Scope,
    answers: Vec<(u16, Value)>,
    requests: Arc<Mutex<Vec<Request>>>,
}

impl World {
    async fn serve(self, listener: TcpListener) {
        let mut signed = 0;
        while let Ok((mut stream, _)) = listener.accept().await {
            let Some(mut request) = read(&mut stream).await else { continue };
            request.verified = signature::verify(&request, &self.scope);
            let (status, body) = if request.verified.is_ok() {
                signed += 1;
                self.answers[(signed - 1).min(self.answers.len() - 1)].clone()
            } else {
                (403, json!({ "__type": "InvalidSignatureException" }))
            };
            self.requests.lock().unwrap_or_else(PoisonError::into_inner).push(request);
            answer(&mut stream, status, &body).await;
        }
    }
}

/// One request of a connection; whoever wants more makes another one.
async fn read(stream: &mut TcpStream) -> Option<Request> {
    let mut bytes = Vec::new();
    loop {
        if let Some(request) = Request::parse(&bytes) {
            return Some(request);
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    }
}

async fn answer(stream: &mut TcpStream, status: u16, body: &Value) {
    let body = body.to_string();
    let head = format!(
        "HTTP/1.1 {status} X\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        body.len()
    );
    // The caller may have given up.
    drop(stream.write_all((head + &body).as_bytes()).await);
}
