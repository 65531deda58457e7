//! Risk analyses: when they end, and whom that is told.

use bytes::Bytes;

use super::{Attempt, Call, Ledger, Outcome};
use crate::issuer::Refusal;
use crate::scenario::{Analysis, Scenario, Verdict};

/// A webhook to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Notice {
    pub(crate) url: String,
    pub(crate) payload: Bytes,
}

impl Ledger {
    /// When the next analysis ends, in milliseconds since the epoch.
    pub(crate) fn next_analysis_end_ms(&self) -> Option<i64> {
        self.analyses.front().map(|(end_ms, _)| *end_ms)
    }

    /// Ends all analyses that are due and returns the webhooks to send.
    pub(crate) fn end_analyses(&mut self, now_ms: i64) -> Vec<Notice> {
        let mut notices = Vec::new();
        while let Some((end_ms, index)) = self.analyses.front().copied() {
            if end_ms > now_ms {
                break;
            }
            self.analyses.pop_front();
            notices.extend(self.end_analysis(index, now_ms));
        }
        notices
    }

    fn end_analysis(&mut self, index: usize, now_ms: i64) -> Vec<Notice> {
        let Some(entry) = self.entries.get_mut(index) else { return Vec::new() };
        let (Scenario::Analysis(analysis), Some(charge)) = (entry.order.scenario, &mut entry.charge) else {
            return Vec::new();
        };
        let Some(verdict) = analysis.verdict() else { return Vec::new() };
        charge.judge(&entry.order, verdict, now_ms);
        let attempt = Attempt {
            call: Call::Analysis,
            key: None,
            at_ms: now_ms,
            amount_cents: None,
            outcome: Outcome::Changed,
        };
        entry.note(attempt);
        let urls = entry.order.notification_urls.clone();
        self.write(index);
        let payload = self.render(index, 0).unwrap_or_default();
        let notices = urls.into_iter().map(|url| Notice { url, payload: payload.clone() });
        notices.flat_map(|notice| std::iter::repeat_n(notice, analysis.webhooks())).collect()
    }
}

impl Analysis {
    fn verdict(self) -> Option<Verdict> {
        match self {
            Self::Approved | Self::ApprovedTwice | Self::ApprovedSilently => Some(Verdict::Approved),
            Self::Declined => Some(Verdict::Declined(Refusal::Risk)),
            Self::Endless => None,
        }
    }

    fn webhooks(self) -> usize {
        match self {
            Self::Approved | Self::Declined => 1,
            Self::ApprovedTwice => 2,
            Self::ApprovedSilently | Self::Endless => 0,
        }
    }
}
