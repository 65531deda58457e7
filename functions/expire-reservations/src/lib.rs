//! Gives the stock of expired reservations back.
//!
//! A schedule starts it; runs may overlap, for each reservation is released by one conditional update.
//! A reservation that is being paid never expires.

#[cfg(test)]
mod tests;

use gateway_edge::schedule::ScheduledJob;
use gateway_ports::Clock;
use gateway_ports::reservations::ExpireReservations as Expire;
use serde::Serialize;

/// Reservations released in one transaction.
pub const PAGE: u32 = 200;

/// The job with the ports it needs.
pub struct ExpireReservations<L, C> {
    /// Stock and reservations.
    pub ledger: L,
    /// Time.
    pub clock: C,
    /// After how long a run begins no further page, in milliseconds: about half of the function's
    /// time-out, so that a run is never cut. What is left waits for the next run.
    pub budget_ms: i64,
}

/// What a run did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Reservations released.
    pub released: usize,
    /// Pages read.
    pub pages: u32,
    /// Whether time was up before everything was released.
    pub more: bool,
}

impl<L: Expire, C: Clock> ScheduledJob for ExpireReservations<L, C> {
    const NAME: &'static str = "expire-reservations";
    type Report = Report;

    async fn run(&self) -> Result<Report, String> {
        let started = self.clock.now();
        let mut report = Report { more: true, ..Report::default() };
        while report.more && self.clock.now().since(started) < self.budget_ms {
            let released = self.ledger.expire(self.clock.now(), PAGE).await;
            let released = released.map_err(|error| format!("after {report:?}: {error}"))?.len();
            report.released += released;
            report.pages += 1;
            report.more = released >= PAGE as usize;
        }
        if report.released > 0 {
            tracing::info!(released = report.released, more = report.more, "expired reservations released");
        }
        Ok(report)
    }
}
