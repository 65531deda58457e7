//! Ends analyses in time and tells the merchant.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header;
use sha2::{Digest as _, Sha256};
use tokio::sync::Semaphore;

use crate::ledger::Notice;
use crate::order::hex;
use crate::simulator::{Simulator, now_ms};

/// Deliveries under way at once; more wait.
const DELIVERIES_MAX: usize = 16;
/// How often one webhook is tried.
const TRIES_MAX: u32 = 3;
/// The wait before the second try; it doubles.
const TRY_AGAIN_AFTER: Duration = Duration::from_millis(500);
/// How long the merchant may take to answer.
const DELIVERY_TIMEOUT: Duration = Duration::from_secs(5);

/// Runs until it is aborted.
pub(crate) async fn run(simulator: Arc<Simulator>) {
    let Ok(client) = reqwest::Client::builder().timeout(DELIVERY_TIMEOUT).no_proxy().build() else {
        tracing::error!("no HTTP client: webhooks will not be sent");
        return;
    };
    let deliveries = Arc::new(Semaphore::new(DELIVERIES_MAX));
    loop {
        for notice in wait_for_notices(&simulator).await {
            let Ok(permit) = Arc::clone(&deliveries).acquire_owned().await else { return };
            let (client, token) = (client.clone(), simulator.options.token.clone());
            tokio::spawn(async move {
                deliver(&client, &token, &notice).await;
                drop(permit);
            });
        }
    }
}

async fn wait_for_notices(simulator: &Simulator) -> Vec<Notice> {
    let end_ms = simulator.ledger().next_analysis_end_ms();
    let Some(end_ms) = end_ms else {
        simulator.analysis_started.notified().await;
        return Vec::new();
    };
    let left_ms = u64::try_from(end_ms - now_ms()).unwrap_or(0);
    tokio::time::sleep(Duration::from_millis(left_ms)).await;
    simulator.ledger().end_analyses(now_ms())
}

async fn deliver(client: &reqwest::Client, token: &str, notice: &Notice) {
    let signature = sign(token, &notice.payload);
    let mut wait = TRY_AGAIN_AFTER;
    for attempt in 1..=TRIES_MAX {
        match post(client, notice, &signature).await {
            Ok(status) if status.is_success() => return,
            answer => tracing::warn!(url = notice.url, attempt, ?answer, "the webhook was not accepted"),
        }
        tokio::time::sleep(wait).await;
        wait *= 2;
    }
}

async fn post(
    client: &reqwest::Client,
    notice: &Notice,
    signature: &str,
) -> Result<http::StatusCode, reqwest::Error> {
    let request = client
        .post(&notice.url)
        .header(header::CONTENT_TYPE, "application/json")
        .header("x-authenticity-token", signature)
        .body(notice.payload.clone());
    request.send().await.map(|response| response.status())
}

/// PagBank's `x-authenticity-token`: SHA-256 of the account's token, a hyphen and the payload.
fn sign(token: &str, payload: &Bytes) -> String {
    let mut digest = Sha256::new();
    digest.update(token.as_bytes());
    digest.update(b"-");
    digest.update(payload);
    hex(&digest.finalize())
}
