//! The scheduled run: asks about payments under review, and tells the alarms what waits.

use futures::future::join_all;
use gateway_domain::Timestamp;
use gateway_edge::metrics::{self, Unit};
use gateway_edge::schedule::ScheduledJob;
use gateway_ports::provider::PaymentProvider;
use gateway_ports::watch::{Looked, LookedFor};
use gateway_ports::{Clock, PortError};
use serde::Serialize;

use crate::sweep::Asked;
use crate::{Ledger, NAME, ReviewPayments, Vault};

/// Payments taken and asked about at once: with one call of the PSP each, a page takes as long as one
/// call may.
const PAGE: u32 = 8;
/// No page is begun after a run has taken so long, in milliseconds; what is left waits for the next one. The
/// last page may take a question and a cancellation more, and that is within the function's time-out.
const BEGIN_MS_MAX: i64 = 20_000;
/// How long a taken payment is left alone by other runs, in milliseconds: longer than a run may take.
const LEASE_MS: i64 = 60_000;
/// The most letters closed in one run.
const LETTERS_MAX: u32 = 200;

/// What a run did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Payments that were asked about.
    pub asked: usize,
    /// Of these, those that have ended now.
    pub ended: usize,
    /// Payments that ended without a charge and were asked about again.
    pub watched: usize,
    /// Payments that are still under review, all told.
    pub in_review: u64,
}

impl<L: Ledger, V: Vault, P: PaymentProvider, C: Clock> ScheduledJob for ReviewPayments<L, V, P, C> {
    const NAME: &'static str = NAME;
    type Report = Report;

    async fn run(&self) -> Result<Report, String> {
        let mut report = Report::default();
        let begin_by = self.clock.now().plus_millis(BEGIN_MS_MAX);
        let swept = self.sweep(&mut report, begin_by).await;
        let looked = self.watch(&mut report, begin_by).await;
        let closed = self.ledger.close_ended(self.clock.now(), LETTERS_MAX).await.map(drop);
        let told = self.tell_alarms(&mut report).await;
        if report.asked + report.watched > 0 {
            tracing::info!(report.asked, report.ended, report.watched, report.in_review, "asked the PSP");
        }
        let all = swept.and(looked).and(closed).and(told);
        all.map(|()| report).map_err(|error| format!("after {report:?}: {error}"))
    }
}

impl<L: Ledger, V: Vault, P: PaymentProvider, C: Clock> ReviewPayments<L, V, P, C> {
    async fn sweep(&self, report: &mut Report, begin_by: Timestamp) -> Result<(), PortError> {
        while self.clock.now() <= begin_by {
            let now = self.clock.now();
            let asked_before = now.plus_millis(-self.review_after_ms);
            let page = self.ledger.take_in_review(asked_before, now, LEASE_MS, PAGE).await?;
            let mut asks = Vec::with_capacity(page.len());
            for payment in &page {
                asks.push(self.ask_about(payment));
            }
            let answers = join_all(asks).await;
            report.asked += page.len();
            report.ended += answers.iter().filter(|answer| matches!(answer, Ok(Asked::Ended))).count();
            let waiting: Vec<_> = page
                .iter()
                .zip(&answers)
                .filter(|(_, answer)| !matches!(answer, Ok(Asked::Ended)))
                .map(|(payment, _)| payment.id)
                .collect();
            self.ledger.mark_asked(&waiting, self.clock.now()).await?;
            // A PSP that is silent about all of a page is away: the others wait for the next run.
            let silent = answers.iter().all(|answer| matches!(answer, Ok(Asked::Silence) | Err(_)));
            if page.len() < PAGE as usize || silent {
                break;
            }
        }
        Ok(())
    }

    /// Looks after payments that ended without a charge.
    async fn watch(&self, report: &mut Report, begin_by: Timestamp) -> Result<(), PortError> {
        while self.clock.now() <= begin_by {
            let page = self.ledger.take_watched(self.clock.now(), LEASE_MS, PAGE).await?;
            let mut looks = Vec::with_capacity(page.len());
            for payment in &page {
                looks.push(self.look_after(payment));
            }
            let found = join_all(looks).await;
            let looked: Vec<_> = page
                .iter()
                .zip(found)
                .map(|(payment, found)| LookedFor { payment_id: payment.id, found })
                .collect();
            report.watched += page.len();
            self.ledger.mark_looked_after(&looked, self.clock.now()).await?;
            let unsettled = looked.iter().all(|it| it.found == Looked::Unsettled);
            if page.len() < PAGE as usize || unsettled {
                break;
            }
        }
        Ok(())
    }

    async fn tell_alarms(&self, report: &mut Report) -> Result<(), PortError> {
        let now = self.clock.now();
        let backlog = self.ledger.backlog(now).await?;
        report.in_review = backlog.in_review;
        let age_s = |since: Option<Timestamp>| {
            u64::try_from(since.map_or(0, |since| now.since(since)) / 1000).unwrap_or(0)
        };
        metrics::put(NAME, metrics::PAYMENTS_IN_REVIEW, Unit::Count, backlog.in_review);
        metrics::put(NAME, metrics::OLDEST_REVIEW_AGE, Unit::Seconds, age_s(backlog.oldest));
        metrics::put(NAME, metrics::OLDEST_PAYMENT_AGE, Unit::Seconds, age_s(backlog.oldest_under_way));
        metrics::put(NAME, metrics::DEAD_LETTERS_OPEN, Unit::Count, backlog.letters_open);
        self.audit_stock().await.map(drop)
    }
}
