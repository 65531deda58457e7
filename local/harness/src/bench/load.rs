//! A closed loop of clients: each sends its next request when the last one is answered.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::gateway::{Failure, Gateway};

/// What a loop of clients saw.
pub struct Load {
    /// From the first request to the last answer.
    pub elapsed: Duration,
    /// Each request's time.
    pub latencies: Vec<Duration>,
}

/// Runs `requests` requests through `clients` clients; request `n` is `send(n)`.
///
/// # Errors
/// The first failure of any request.
pub async fn run<F, Fut>(clients: usize, requests: usize, send: F) -> Result<Load, Failure>
where
    F: Fn(usize) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = Result<(), Failure>> + Send,
{
    let send = Arc::new(send);
    let next = Arc::new(AtomicUsize::new(0));
    let started = Instant::now();
    let tasks: Vec<_> = (0..clients)
        .map(|_| {
            let (send, next) = (Arc::clone(&send), Arc::clone(&next));
            tokio::spawn(async move {
                let mut latencies = Vec::new();
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= requests {
                        return Ok::<_, Failure>(latencies);
                    }
                    let sent = Instant::now();
                    send(number).await?;
                    latencies.push(sent.elapsed());
                }
            })
        })
        .collect();
    let mut latencies = Vec::with_capacity(requests);
    for task in tasks {
        latencies.extend(task.await.map_err(|error| Failure(error.to_string()))??);
    }
    Ok(Load { elapsed: started.elapsed(), latencies })
}

/// Sends each of these payments once; every one must be accepted.
///
/// # Errors
/// The first that is not.
pub async fn pay(gateway: Gateway, clients: usize, bodies: Vec<Value>) -> Result<Load, Failure> {
    let (payments, bodies) = (bodies.len(), Arc::new(bodies));
    run(clients, payments, move |number| {
        let (gateway, bodies) = (gateway.clone(), Arc::clone(&bodies));
        async move { gateway.pay(&bodies[number], None).await?.expect(202).map(|_| ()) }
    })
    .await
}
