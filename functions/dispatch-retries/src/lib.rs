//! Sends due retries to `process-purchases`, and asks again about payments that stand still.
//!
//! A schedule starts it; runs may overlap. A row is taken under a lease, its attempt produced, and only
//! what Kafka has acknowledged is marked. A crash in between sends the same attempt again, which is
//! harmless: attempts are fenced. It charges nothing and decides nothing.

mod send;
#[cfg(test)]
mod tests;

use gateway_edge::schedule::ScheduledJob;
use gateway_ports::Clock;
use gateway_ports::ledger::DispatchRetries as Dispatch;
use gateway_ports::log::MessageLog;
use serde::Serialize;

/// Payments taken and produced at once.
pub const PAGE: u32 = 100;
/// After how long a run begins no further page, in milliseconds: half of the function's time-out. What is left
/// waits for the next run. After an outage of the PSP everything is due at once, and cards do not live for long.
pub const RUN_MS: i64 = 25_000;
/// How long a taken payment is left alone by other runs, in milliseconds: longer than producing a page
/// can take.
pub const LEASE_MS: i64 = 30_000;

/// The job with the ports it needs.
pub struct DispatchRetries<L, K, C> {
    /// Where retries wait.
    pub ledger: L,
    /// Where attempts are asked for.
    pub log: K,
    /// Time.
    pub clock: C,
    /// After how long without a change a payment counts as stuck, in milliseconds.
    pub stuck_after_ms: i64,
}

/// What a run did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Retries sent.
    pub due: usize,
    /// Stuck payments whose attempt was asked for again.
    pub stuck: usize,
    /// Attempts that Kafka did not acknowledge; they are taken again when their lease has lapsed.
    pub unacknowledged: usize,
}

impl<L: Dispatch, K: MessageLog, C: Clock> ScheduledJob for DispatchRetries<L, K, C> {
    const NAME: &'static str = "dispatch-retries";
    type Report = Report;

    async fn run(&self) -> Result<Report, String> {
        let mut report = Report::default();
        let result = self.dispatch(&mut report).await;
        if report != Report::default() {
            let Report { due, stuck, unacknowledged } = report;
            tracing::info!(due, stuck, unacknowledged, "dispatched");
        }
        result.map(|()| report).map_err(|error| format!("after {report:?}: {error}"))
    }
}
