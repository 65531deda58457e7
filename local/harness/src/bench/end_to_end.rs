//! From the accepting request to the final status in the ledger.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use sqlx::{MySqlPool, Row as _};

use super::report::{LatencyRun, ThroughputRun};
use super::{Bench, load, reserve, stats};
use crate::card;
use crate::gateway::Failure;

/// How long the last payment may take.
pub const SETTLED_WITHIN: Duration = Duration::from_secs(120);
/// Between two looks at the ledger.
const POLL: Duration = Duration::from_millis(30);
/// Time between two payments at 5/s.
const INTERVAL: Duration = Duration::from_millis(200);

/// Payments per second, from the first request to the last final status.
pub async fn throughput(bench: &Bench, payments: usize) -> Result<ThroughputRun, Failure> {
    let bodies = reserve::payable(bench, payments).await?;
    let newest = newest(&bench.ledger).await?;
    let started = Instant::now();
    load::pay(bench.gateway.clone(), 16, bodies).await?;
    await_final(&bench.ledger, &newest, payments).await?;
    Ok(ThroughputRun { payments, per_second: stats::per_second(payments, started.elapsed()) })
}

/// Latency from sending the request to the final status, one payment each 200 ms.
pub async fn latency(bench: &Bench, payments: usize) -> Result<LatencyRun, Failure> {
    let reserved = reserve::reserve_many(bench, payments).await?;
    // The first one an interval after the reservations, which came all at once: that was load.
    let mut ticks = tokio::time::interval_at(tokio::time::Instant::now() + INTERVAL, INTERVAL);
    let mut accepted = Vec::with_capacity(payments);
    for (reservation_id, item) in &reserved {
        ticks.tick().await;
        let sent_ms = epoch_millis();
        let body = bench.gateway.payment_body(reservation_id, item, card::APPROVED);
        let answer = bench.gateway.pay(&body, None).await?.expect(202)?;
        accepted.push((answer["id"].as_str().unwrap_or_default().to_owned(), sent_ms));
    }
    let mut latencies = Vec::with_capacity(payments);
    for (payment_id, sent_ms) in accepted {
        let payment = bench.gateway.await_payment(&payment_id, Some("AUTHORIZED"), SETTLED_WITHIN).await?;
        let final_ms = settled_at_ms(&bench.ledger, payment["id"].as_str().unwrap_or_default()).await?;
        latencies.push(Duration::from_millis(u64::try_from(final_ms - sent_ms).unwrap_or_default()));
    }
    Ok(LatencyRun {
        payments,
        p50_ms: stats::millis(stats::percentile(&mut latencies, 50)),
        p99_ms: stats::millis(stats::percentile(&mut latencies, 99)),
    })
}

/// The newest payment: ids grow, so that those of a measurement stand behind it.
pub async fn newest(ledger: &MySqlPool) -> Result<String, Failure> {
    let row = sqlx::query("SELECT COALESCE(MAX(id), '') FROM payments").fetch_one(ledger).await;
    row.and_then(|row| row.try_get(0)).map_err(|error| Failure(error.to_string()))
}

/// Waits until that many payments after `newest` are authorized.
pub async fn await_final(ledger: &MySqlPool, newest: &str, wanted: usize) -> Result<(), Failure> {
    let found = settled(ledger, newest, wanted).await?;
    if found < wanted {
        let message = format!("{found} of {wanted} payments are authorized after {SETTLED_WITHIN:?}");
        return Err(Failure(message));
    }
    Ok(())
}

/// How many payments after `newest` are authorized, as soon as that many are, or when time is up.
pub async fn settled(ledger: &MySqlPool, newest: &str, wanted: usize) -> Result<usize, Failure> {
    let deadline = Instant::now() + SETTLED_WITHIN;
    loop {
        let found = count(ledger, newest, AUTHORIZED).await?;
        if found >= wanted || Instant::now() > deadline {
            return Ok(found);
        }
        tokio::time::sleep(POLL).await;
    }
}

/// Payments that the orchestrator has begun.
pub const BEGUN: &str = "SELECT COUNT(*) FROM payments WHERE id > ?";
/// Payments that have their final status.
const AUTHORIZED: &str = "SELECT COUNT(*) FROM payments WHERE id > ? AND status = 'AUTHORIZED'";

/// Counts the measurement's own rows only: looking must not cost what is looked at.
pub async fn count(ledger: &MySqlPool, newest: &str, query: &'static str) -> Result<usize, Failure> {
    let count: i64 = sqlx::query(query)
        .bind(newest)
        .fetch_one(ledger)
        .await
        .and_then(|row| row.try_get(0))
        .map_err(|error| Failure(error.to_string()))?;
    Ok(usize::try_from(count).unwrap_or_default())
}

/// When the payment's last event was written, by the settling step's clock.
async fn settled_at_ms(ledger: &MySqlPool, payment_id: &str) -> Result<i64, Failure> {
    let row = sqlx::query("SELECT updated_at_ms FROM payments WHERE id = ?")
        .bind(payment_id)
        .fetch_one(ledger)
        .await
        .map_err(|error| Failure(error.to_string()))?;
    row.try_get(0).map_err(|error| Failure(error.to_string()))
}

fn epoch_millis() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}
