//! `?wait=`: the answer waits until the payment is final, or has changed from what the caller knows.

use std::time::Duration;

use gateway_ports::PortError;
use gateway_ports::ledger::ReadPayments;
use tokio::time::Instant;

use crate::known::Known;
use crate::{Payments, etag};

/// The first look comes this long after the request; each later one after half as long again.
const PAUSE_FIRST: Duration = Duration::from_millis(50);
/// No pause is longer: what waiting costs the ledger is at most five small reads a second.
const PAUSE_MAX: Duration = Duration::from_millis(200);

/// How long to wait, and for what.
pub(crate) struct Wait<'a> {
    until: Instant,
    pause: Duration,
    if_none_match: Option<&'a str>,
}

impl<'a> Wait<'a> {
    pub(crate) fn new(seconds: u32, if_none_match: Option<&'a str>) -> Self {
        let until = Instant::now() + Duration::from_secs(u64::from(seconds));
        Self { until, pause: PAUSE_FIRST, if_none_match }
    }

    /// Final, or with `If-None-Match` of another version than the caller knows.
    fn is_over(&self, known: &Known) -> bool {
        let news = |tags| !etag::knows_version(tags, known.version());
        known.is_final() || self.if_none_match.is_some_and(news)
    }

    /// Pauses; `false` when time is up.
    async fn pause(&mut self) -> bool {
        let left = self.until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return false;
        }
        tokio::time::sleep(self.pause.min(left)).await;
        self.pause = (self.pause * 3 / 2).min(PAUSE_MAX);
        true
    }
}

impl<L: ReadPayments, P> Payments<L, P> {
    /// What is known when the wait is over.
    pub(crate) async fn wait(&self, mut wait: Wait<'_>, mut known: Known) -> Result<Known, PortError> {
        while !wait.is_over(&known) && wait.pause().await {
            if let Some(payment) = self.ledger.payment(known.id()).await? {
                known = Known::Begun(payment);
            }
        }
        Ok(known)
    }
}
